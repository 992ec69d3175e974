"""Processes held to a share of a core by the operating system: Linux control groups, as root."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

_PERIOD = 20_000  # µs; short, so that a held process is never silent for long
_ROOT = Path("/sys/fs/cgroup")
_PROCESSES = "cgroup.procs"


class UnavailableError(RuntimeError):
    """This system does not let us hold processes; the text says why."""


@contextmanager
def held(processes: Sequence[int], share: float) -> Iterator[None]:
    """Each process in a group of its own, with its share of a core, for the length of the block.

    Raises:
        UnavailableError: no control groups that we may write; nothing is held then.
    """
    root, is_second = _hierarchy()
    made: list[tuple[Path, Path]] = []  # a group, and where its process came from
    try:
        try:
            for process in processes:
                group = root / f"riskengine-benchmark-{os.getpid()}-{process}"
                origin = _origin(root, process, is_second=is_second)
                group.mkdir()
                made.append((group, origin))
                _limit(group, share, is_second=is_second)
                (group / _PROCESSES).write_text(str(process))
        except OSError as error:
            raise UnavailableError(f"control groups: {error.strerror}") from None
        yield
    finally:
        for group, origin in made:
            _remove(group, origin)


def _hierarchy() -> tuple[Path, bool]:
    """The root of the groups that share out processors, and whether it is of the second version."""
    for name in ("cpu", "cpu,cpuacct"):
        if (_ROOT / name / "cpu.cfs_quota_us").exists():
            return _ROOT / name, False
    with suppress(OSError):
        if "cpu" in (_ROOT / "cgroup.controllers").read_text().split():
            return _ROOT, True
    raise UnavailableError("no control groups for processors")


def _origin(root: Path, process: int, *, is_second: bool) -> Path:
    for line in Path(f"/proc/{process}/cgroup").read_text().splitlines():
        _, controllers, place = line.split(":", 2)
        if ("" if is_second else "cpu") in controllers.split(","):
            found = root / place.lstrip("/")
            return found if found.exists() else root
    return root


def _limit(group: Path, share: float, *, is_second: bool) -> None:
    quota = round(share * _PERIOD)
    if is_second:
        (group.parent / "cgroup.subtree_control").write_text("+cpu")
        (group / "cpu.max").write_text(f"{quota} {_PERIOD}")
    else:
        (group / "cpu.cfs_period_us").write_text(str(_PERIOD))
        (group / "cpu.cfs_quota_us").write_text(str(quota))


def _remove(group: Path, origin: Path) -> None:
    for process in (group / _PROCESSES).read_text().split():
        # One that has ended meanwhile is gone from the group too.
        with suppress(OSError):
            (origin / _PROCESSES).write_text(process)
    group.rmdir()
