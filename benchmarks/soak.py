"""Does an hour's work leave the service as it was: memory, files, threads, log, latency?"""

import argparse
import asyncio
import sqlite3
import tempfile
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import servers
import uvloop
from launching import memory_mb
from people import settle
from playing import ADMIN_SIGN_IN, MIX, SIGN_IN, Crowd, Heard
from reports import Report, percentile

_TENTHS = 10
_SAMPLE_SECONDS = 1.0
# What "flat" means: over the last half, by a straight line through the samples.
_MOST_GROWTH, _MOST_GROWTH_MB = 0.02, 5.0
_MOST_SLOWER = 1.2  # the last tenth's median latency, in the second's
_MOST_LOG_MB = 64.0  # four times what the log may hold before it is written back
_MOST_MORE = 4  # open files and threads, at the end, than in the second tenth


@dataclass
class Sample:
    """The process and its files at one moment."""

    at: float  # seconds since the start
    resident_mb: float
    files: int
    threads: int
    log_mb: float
    database_mb: float


@dataclass
class Watch:
    """Samples, and where each tenth of the calls ended."""

    pid: int
    database: Path
    server: servers.Server
    begun: float = field(default_factory=perf_counter)
    samples: list[Sample] = field(default_factory=list)
    ends: list[tuple[int, Sample, float]] = field(default_factory=list)  # calls, then, CPU seconds

    def sample(self) -> Sample:
        """Look now."""
        log = self.database.with_name(self.database.name + "-wal")
        return Sample(
            at=perf_counter() - self.begun,
            resident_mb=memory_mb(self.pid),
            files=len(list(Path(f"/proc/{self.pid}/fd").iterdir())),
            threads=len(list(Path(f"/proc/{self.pid}/task").iterdir())),
            log_mb=log.stat().st_size / 1e6 if log.exists() else 0.0,
            database_mb=self.database.stat().st_size / 1e6,
        )

    async def look(self) -> None:
        """Until cancelled."""
        while True:
            self.samples.append(self.sample())
            await asyncio.sleep(_SAMPLE_SECONDS)

    def end_tenth(self, calls: int) -> None:
        """So many calls are answered."""
        self.ends.append((calls, self.sample(), self.server.cpu_seconds() or 0.0))
        print(f"{len(self.ends)} tenths after {self.ends[-1][1].at:.0f} s", flush=True)


async def played(crowd: Crowd, watch: Watch, calls: int, connections: int) -> None:
    """All the calls, watched."""
    answered = 0

    def progress(_number: int) -> None:
        nonlocal answered
        answered += 1
        if answered % (calls // _TENTHS) == 0:
            watch.end_tenth(answered)

    looking = asyncio.create_task(watch.look())
    watch.end_tenth(0)
    try:
        await crowd.play(calls, connections, progress)
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)


def growth(samples: list[Sample]) -> tuple[float, float]:
    """MB that resident memory grows over the last half, by least squares; and its mean there."""
    late = samples[len(samples) // 2 :]
    middle = sum(one.at for one in late) / len(late)
    mean = sum(one.resident_mb for one in late) / len(late)
    spread = sum((one.at - middle) ** 2 for one in late)
    slope = sum((one.at - middle) * (one.resident_mb - mean) for one in late) / spread if spread else 0.0
    return slope * (late[-1].at - late[0].at), mean


def tenths(heard: Heard, watch: Watch) -> list[dict[str, float]]:
    """Latency, processor time and the process by tenth of the run."""
    found = []
    for (start, _, cpu), (end, sample, later) in zip(watch.ends, watch.ends[1:], strict=False):
        every = heard.seconds[start:end]
        pairs = zip(heard.kinds[start:end], every, strict=True)
        sign_ins = [seconds for kind, seconds in pairs if kind == SIGN_IN]
        found.append(
            {
                "p50_ms": percentile(every, 0.5) * 1e3,
                "p99_ms": percentile(every, 0.99) * 1e3,
                "sign_in_p50_ms": percentile(sign_ins, 0.5) * 1e3,
                "sign_in_p99_ms": percentile(sign_ins, 0.99) * 1e3,
                "cpu_ms": (later - cpu) / (end - start) * 1e3,
                **vars(sample),
            }
        )
    return found


def faults(heard: Heard, watch: Watch, found: list[dict[str, float]], stored: int) -> list[str]:
    """What did not stay as it was; empty when the run passes."""
    more, mean = growth(watch.samples)
    early, late = found[1], found[-1]
    slower = late["p50_ms"] / early["p50_ms"]
    signed_in = sum(heard.outcomes.get(kind, Counter())["200"] for kind in (SIGN_IN, ADMIN_SIGN_IN))
    log = max(one.log_mb for one in watch.samples)
    checks = {
        f"resident memory grew by {more:.1f} MB of {mean:.0f} over the last half": more
        > min(_MOST_GROWTH * mean, _MOST_GROWTH_MB),
        f"the last tenth's median latency is {slower:.2f} x the second's": slower > _MOST_SLOWER,
        f"open files went from {early['files']:.0f} to {late['files']:.0f}": late["files"]
        > early["files"] + _MOST_MORE,
        f"threads went from {early['threads']:.0f} to {late['threads']:.0f}": late["threads"]
        > early["threads"] + _MOST_MORE,
        f"the write-ahead log was {log:.0f} MB long": log > _MOST_LOG_MB,
        f"{stored:,} events are stored of {signed_in:,} sign-ins": stored < signed_in,
        f"{len(heard.unexpected):,} answers were not what they should be, the first:"
        f" {heard.unexpected[:3]}": bool(heard.unexpected),
    }
    return [text for text, is_fault in checks.items() if is_fault]


def main() -> None:
    options = _options()
    report = Report(__doc__)
    calls = int(options.rate * 3600)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with servers.riskengine(folder) as server:
            people = settle(server, options.users, "ENFORCED")
            crowd = Crowd(people, options.strangers, options.addresses)
            watch = Watch(server.pid, folder / "riskengine.db", server)
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(played(crowd, watch, calls, options.connections))
        with closing(sqlite3.connect(folder / "riskengine.db")) as connection:
            (stored,) = connection.execute("select count(*) from events").fetchone()
    found = tenths(crowd.heard, watch)
    _print(report, crowd.heard, watch, found)
    failed = faults(crowd.heard, watch, found, stored)
    for text in failed:
        report.note(f"FAILED: {text}.")
    if not failed:
        report.note("Passed: memory, open files, threads, log and latency are as they were.")
    if not options.brief:
        samples = [vars(one) for one in watch.samples]
        report.save("soak", {"tenths": found, "outcomes": crowd.heard.outcomes, "samples": samples})
    raise SystemExit(bool(failed))


def _print(report: Report, heard: Heard, watch: Watch, found: list[dict[str, float]]) -> None:
    digits = {"at": 0, "p50_ms": 1, "p99_ms": 0, "sign_in_p50_ms": 1, "sign_in_p99_ms": 0, "cpu_ms": 2}
    digits |= {"resident_mb": 1, "files": 0, "threads": 0, "log_mb": 1, "database_mb": 0}
    rows = [
        [str(number), *(f"{one[key]:,.{cut}f}" for key, cut in digits.items())]
        for number, one in enumerate(found, 1)
    ]
    header = ["tenth", "s", "p50 ms", "p99", "sign-in p50", "p99", "CPU ms", "MB", "files", "threads"]
    report.table("The run by tenths", [*header, "log MB", "database MB"], rows)
    outcomes: list[tuple[str, dict[str, Any]]] = [(kind, heard.outcomes.get(kind, {})) for kind in MIX]
    report.table(
        "What was called",
        ["", "calls", "answers"],
        [
            [kind, f"{sum(each.values()):,}", ", ".join(f"{n:,} {name}" for name, n in sorted(each.items()))]
            for kind, each in outcomes
        ],
    )
    more, mean = growth(watch.samples)
    seconds = watch.samples[-1].at
    report.note(
        f"{len(heard.kinds):,} calls in {seconds:,.0f} s ({len(heard.kinds) / seconds:,.0f} a second). Over"
        f" the last half resident memory grew by {more:.1f} MB of {mean:.0f} (straight line through"
        f" {len(watch.samples) // 2} samples). Passes with less than {_MOST_GROWTH:.0%} and"
        f" {_MOST_GROWTH_MB:g} MB of that, a median latency at most {_MOST_SLOWER} x the second tenth's, no"
        " more open files or threads, a short log, and no answer but the right ones. What the clock brings"
        " (a job a minute) comes as often as the run is long."
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=100.0, help="calls a second of the hour that is played")
    parser.add_argument("--users", type=int, default=2000)
    # A pool counts at most 50,000 of each kind: with fewer, what it counts is complete by half time.
    parser.add_argument("--strangers", type=int, default=4000, help="names that nobody has")
    parser.add_argument("--addresses", type=int, default=4000, help="where people are when not at home")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--brief", action="store_true", help="nothing is saved")
    return parser.parse_args()


if __name__ == "__main__":
    main()
