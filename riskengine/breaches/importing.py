"""Imports a Pwned Passwords list as a stream: little memory, and a crash costs a second's work."""

from dataclasses import dataclass
from pathlib import Path

from riskengine.breaches.builder import Builder, Bytes, Keys
from riskengine.breaches.layout import Header, ListFileError
from riskengine.breaches.lines import Lines, read_lines, require_ascending
from riskengine.breaches.part import Part, Task
from riskengine.breaches.source import STRETCH, Progress, Source

_CHECKPOINT_EVERY = 64  # stretches
_NANOSECONDS = 1000  # in a microsecond


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to import, and where to.

    `least_count` leaves out hashes that were seen less often; `has_checks` keeps 32 bits more of each.
    """

    source: Path
    target: Path
    least_count: int = 1
    has_checks: bool = False
    stretch: int = STRETCH
    checkpoint_every: int = _CHECKPOINT_EVERY


@dataclass(frozen=True, slots=True)
class Imported:
    """What was imported, out of how many lines, and at which of them an earlier run had stopped."""

    header: Header
    lines: int
    resumed_at: int


def import_list(order: Order, now: int, progress: Progress = lambda _: None) -> Imported:
    """Import; goes on where an earlier import of the same file stopped.

    `progress` is told how many bytes of the source have been read.

    Raises:
        ListError: a line is none of such a list, or out of order.
        SourceError: a compressed list is damaged.
        ListFileError: no hash was seen as often as `least_count` asks.
        OSError: a file can't be read or written, or another import is writing (BusyError).
    """
    with Source(order.source) as source:
        status = order.source.stat()
        task = Task(
            source=order.source.name,
            size=status.st_size,
            modified=status.st_mtime_ns,
            kind=source.kind(),
            least_count=order.least_count,
            has_checks=order.has_checks,
        )
        with Part(order.target, task) as part:
            run = _Run(part, task)
            resumed_at = run.lines
            try:
                for number, stretch in enumerate(source.stretches(run.offset, progress, order.stretch), 1):
                    run.take(stretch)
                    progress(source.position)
                    if number % order.checkpoint_every == 0:
                        run.keep()
                header = run.finish(status.st_mtime_ns // _NANOSECONDS, now)
            except ValueError:
                part.discard()  # the same file would fail again
                raise
        return Imported(header, run.lines, resumed_at)


class _Run:
    """Where an import stands."""

    def __init__(self, part: Part, task: Task) -> None:
        found = part.resume()
        self._part, self._task = part, task
        self._builder = Builder(has_checks=task.has_checks, waiting=found.waiting)
        self._last = found.last
        self.offset, self.lines = found.offset, found.lines

    def take(self, stretch: bytes) -> None:
        """The next whole lines."""
        lines = read_lines(stretch, self._task.kind, self.lines + 1)
        require_ascending(lines.keys, self._last, self.lines + 1)
        self._last = int(lines.keys[-1])
        self.offset += len(stretch)
        self.lines += len(lines)
        self._part.write(self._builder.add(*_kept(lines, self._task.least_count)))

    def keep(self) -> None:
        """Make it durable so far."""
        self._part.keep(self.offset, self.lines, self._last, self._builder.waiting)

    def finish(self, source_date: int, now: int) -> Header:
        """The last block, and the list takes its place."""
        rest = len(self._builder.waiting)
        if not rest:
            raise ListFileError(f"no hash in the list was seen {self._task.least_count:,} times or more")
        block, last = self._builder.finish()
        self._part.write(block)
        return self._part.finish(rest, last, source_date, now)


def _kept(lines: Lines, least_count: int) -> tuple[Keys, Bytes]:
    is_kept = lines.counts >= least_count
    return lines.keys[is_kept], lines.checks[is_kept]
