"""How many events a second become durable, alone or sharing commits, and what does the disk allow?"""

import argparse
import asyncio
import os
import sqlite3
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import asyncpg
import postgres
import servers
import uvloop
from msgspec.structs import replace
from people import settle
from reports import Report, percentile, spread

from riskengine.api import wire
from riskengine.base.ids import new_uuid
from riskengine.entities import AuthEvent
from riskengine.storage import sqlite_writer
from riskengine.storage.interface import Storage
from riskengine.storage.open import open_storage

_BLOCK = b"\xa5" * 4096
_IN_PLACE = 4000  # blocks: as long as the service lets SQLite's log become
_SHARED, _ALONE, _POSTGRES = "SQLite, commits shared", "SQLite, a commit each", "PostgreSQL"

_GROWING, _OVERWRITTEN = "floor: 4 KB appended and synced", "floor: 4 KB overwritten and synced"

_Figures = dict[str, float]


class Commits:
    """Counts the commits of the SQLite writer, and can have each hold one unit only."""

    def __init__(self) -> None:
        self.count = 0
        self._commit: Callable[..., Any] = vars(sqlite_writer)["commit_group"]

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """For the length of the block; the writer is the service's own, only its limit is another."""
        largest = vars(sqlite_writer)["_LARGEST_GROUP"]
        vars(sqlite_writer).update(
            commit_group=self._counted, _LARGEST_GROUP=1 if name == _ALONE else largest
        )
        try:
            yield
        finally:
            vars(sqlite_writer).update(commit_group=self._commit, _LARGEST_GROUP=largest)

    def _counted(self, *given: Any) -> Any:
        self.count += 1
        return self._commit(*given)


def real_event(folder: Path) -> AuthEvent:
    """An event as a sign-in through the service leaves it."""
    with servers.riskengine(folder) as service, servers.Load.started() as load:
        people = settle(service, 8, "ENFORCED")
        load.measure(people.order("InitiateAuth", 4, 0.5, 0.0))
    with closing(sqlite3.connect(folder / "riskengine.db")) as connection:
        (body,) = connection.execute("select body from events order by time desc limit 1").fetchone()
    return wire.from_record(AuthEvent, body)


def floor(folder: Path, seconds: float, *, grows: bool) -> float:
    """Blocks of 4 KB a second that can be written and synced one by one.

    A file that grows has its new length synced too; a write-ahead log mostly overwrites what it has.
    """
    path = folder / "floor"
    path.write_bytes(b"" if grows else _BLOCK * _IN_PLACE)
    handle = os.open(path, os.O_WRONLY)
    try:
        os.fsync(handle)
        count, begun = 0, perf_counter()
        while perf_counter() - begun < seconds:
            os.pwrite(handle, _BLOCK, (count if grows else count % _IN_PLACE) * len(_BLOCK))
            os.fdatasync(handle)
            count += 1
        return count / (perf_counter() - begun)
    finally:
        os.close(handle)
        path.unlink()


async def measure(storage: Storage, event: AuthEvent, callers: int, seconds: float) -> _Figures:
    """Events a second that so many callers add, each its next one when the last is durable."""
    waits: list[float] = []
    end = perf_counter() + seconds
    numbers = iter(range(event.time, event.time + 10**9))

    async def call() -> None:
        while (before := perf_counter()) < end:
            one = replace(event, id=new_uuid(), time=next(numbers))
            async with storage.transaction() as tx:
                tx.events.add(one)
            waits.append(perf_counter() - before)

    begun, used = perf_counter(), process_time()
    await asyncio.gather(*(call() for _ in range(callers)))
    took = perf_counter() - begun
    return {
        "per_second": len(waits) / took,
        "count": len(waits),
        "p50_ms": percentile(waits, 0.5) * 1e3,
        "p99_ms": percentile(waits, 0.99) * 1e3,
        "cpu_us": (process_time() - used) / len(waits) * 1e6,
    }


async def rounds(
    folder: Path, urls: dict[str, str], event: AuthEvent, options: argparse.Namespace
) -> tuple[dict[str, list[float]], dict[tuple[str, int], list[_Figures]]]:
    """The floor and every way of committing, by turns."""
    commits = Commits()
    floors: dict[str, list[float]] = {_GROWING: [], _OVERWRITTEN: []}
    found: dict[tuple[str, int], list[_Figures]] = {}
    stores = {name: await open_storage(url) for name, url in urls.items()}
    for storage in stores.values():
        await storage.migrate()
    for round_ in range(options.rounds):
        for name, each in floors.items():
            grows = name == _GROWING
            each.append(await asyncio.to_thread(floor, folder, options.seconds, grows=grows))
        for callers in options.callers:
            for name, storage in stores.items():
                with commits.of(name):
                    before = commits.count
                    one = await measure(storage, event, callers, options.seconds)
                    made = commits.count - before
                found.setdefault((name, callers), []).append(
                    {
                        **one,
                        "floor": floors[_OVERWRITTEN][-1],
                        "events_a_commit": one["count"] / made if made else 1.0,
                    }
                )
        print(f"round {round_ + 1} of {options.rounds} done", flush=True)
    for storage in stores.values():
        await storage.close()
    return floors, found


async def check_settings(url: str) -> None:
    """PostgreSQL acknowledges what is on the disk, or the run says nothing."""
    connection = await asyncpg.connect(url)
    try:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            if await connection.fetchval(f"show {name}") != "on":
                raise SystemExit(f"{name} is off")
    finally:
        await connection.close()


async def kept(url: str) -> int:
    """Events in a database, read by a connection that has seen nothing of the run."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            return int(connection.execute("select count(*) from events").fetchone()[0])
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval("select count(*) from events"))
    finally:
        await connection.close()


def main() -> None:
    options = _options()
    report = Report(__doc__)
    with tempfile.TemporaryDirectory(dir=options.folder) as name, ExitStack() as stack:
        folder = Path(name)
        (folder / "service").mkdir()
        event = real_event(folder / "service")
        urls = {_SHARED: f"sqlite:///{folder / 'shared.db'}", _ALONE: f"sqlite:///{folder / 'alone.db'}"}
        if not options.sqlite_only:
            server = stack.enter_context(postgres.private_server())
            urls[_POSTGRES] = postgres.new_database(server.url, "durable")
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            if _POSTGRES in urls:
                runner.run(check_settings(urls[_POSTGRES]))
            floors, found = runner.run(rounds(folder, urls, event, options))
            for way, url in urls.items():
                told = sum(int(one["count"]) for key, each in found.items() if key[0] == way for one in each)
                if (stored := runner.run(kept(url))) != told:
                    raise SystemExit(f"{way}: {told} events were acknowledged, {stored} are there")
    _print(report, floors, found, len(wire.to_record(event)))
    if not options.brief:
        figures = [{"way": way, "callers": n, "rounds": each} for (way, n), each in found.items()]
        report.save("durable_events", [{"floors_per_second": floors}, *figures])


def _print(
    report: Report, floors: dict[str, list[float]], found: dict[tuple[str, int], list[_Figures]], size: int
) -> None:
    base = floors[_OVERWRITTEN]
    rows = []
    for name, each in floors.items():
        ratios = [one / other for one, other in zip(each, base, strict=True)]
        rows.append([name, "1", spread(each), spread(ratios, 2), "", "", "", ""])
    for (name, callers), each in sorted(found.items()):
        rows.append(
            [
                name,
                str(callers),
                spread([one["per_second"] for one in each]),
                spread([one["per_second"] / one["floor"] for one in each], 2),
                f"{statistics.median(one['p50_ms'] for one in each):.2f}",
                f"{statistics.median(one['p99_ms'] for one in each):.1f}",
                "-" if name == _POSTGRES else f"{statistics.median(o['events_a_commit'] for o in each):.1f}",
                f"{statistics.median(one['cpu_us'] for one in each):,.0f}",
            ]
        )
    header = ["", "callers", "a second", "x floor", "p50 ms", "p99 ms", "events a commit", "CPU µs"]
    report.table("Durable events", header, rows)
    report.note(
        f"An event has {size:,} bytes and is a transaction of its own for whoever adds it; every acknowledged"
        " one was counted afterwards. PostgreSQL (fsync on, ten connections) gathers commits by itself."
        " `CPU`: of this process. `x floor`: of the overwriting one of the same round."
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--callers", type=int, nargs="+", default=[1, 8, 32, 128])
    parser.add_argument("--seconds", type=float, default=2.0, help="length of one measurement")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", help="on the disk that is measured")
    parser.add_argument("--sqlite-only", action="store_true")
    parser.add_argument("--brief", action="store_true", help="nothing is saved")
    return parser.parse_args()


if __name__ == "__main__":
    main()
