"""What do more worker processes on PostgreSQL bring, and what does one sign-in cost the database?"""

import argparse
import asyncio
import signal
import statistics
import sys
import tempfile
from contextlib import ExitStack, nullcontext
from dataclasses import asdict, dataclass
from os import sysconf
from pathlib import Path
from typing import Any

import asyncpg
import postgres
import servers
import shares
import waits
from people import People, settle
from reports import Report, spread


@dataclass(frozen=True)
class Case:
    """So many workers, each held to a share of a core; 0 for none of it."""

    workers: int
    share: float


Rounds = dict[Case, list[dict[str, Any]]]


def cpu_seconds(pid: int) -> float:
    """Processor time of a process and of all its descendants, those that ended included."""
    total, todo = 0.0, [pid]
    children: dict[int, list[int]] = {}
    times: dict[int, float] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        process = int(stat.parent.name)
        children.setdefault(int(fields[1]), []).append(process)
        times[process] = sum(map(int, fields[11:15])) / sysconf("SC_CLK_TCK")
    while todo:
        each = todo.pop()
        total += times.get(each, 0.0)
        todo += children.get(each, ())
    return total


async def database_figures(url: str) -> dict[str, float]:
    """Bytes of write-ahead log and of tables, transactions, and rows of events so far."""
    connection = await asyncpg.connect(url)
    try:
        wal, size, commits, events = await connection.fetchrow(
            "select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0'), pg_database_size(current_database()),"
            " (select xact_commit from pg_stat_database where datname = current_database()),"
            " (select count(*) from events)"
        )
    finally:
        await connection.close()
    return {"wal": float(wal), "size": float(size), "commits": float(commits), "events": float(events)}


async def row_sizes(url: str) -> dict[str, tuple[int, int]]:
    """Bytes of a row in its table, and in its indexes; dead ones cleared away."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("vacuum full")
        found = {}
        for table in ("events", "sessions", "observations", "users", "profiles"):
            count = await connection.fetchval(f"select greatest(count(*), 1) from {table}")
            sizes = await connection.fetchrow(
                "select sum(pg_table_size(relid))::bigint, sum(pg_indexes_size(relid))::bigint"
                " from (select relid from pg_partition_tree($1::regclass) where isleaf"
                " union select $1::regclass) as parts",
                table,
            )
            found[table] = (sizes[0] // count, sizes[1] // count)
    finally:
        await connection.close()
    return found


def worker_processes(server: servers.Server, count: int) -> list[int]:
    """The processes that answer: the one that was started, or those that it has forked."""
    if count == 1:
        return [server.pid]
    told = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text(encoding="ascii")
    return [int(process) for process in told.split()]


def measure(
    load: servers.Load, people: People, url: str, database_pid: int, options: argparse.Namespace
) -> dict[str, Any]:
    """One measurement: sign-ins a second, what each cost, and what the database waited for."""
    order = people.order("InitiateAuth", options.connections, options.seconds, options.warm_up)
    before = asyncio.run(database_figures(url))
    server, database = cpu_seconds(people.server.pid), cpu_seconds(database_pid)
    with waits.sampled(url) as found_waiting:
        found = load.measure(order)
    after = asyncio.run(database_figures(url))
    count = found["answered"]
    return {
        **found,
        "server_cpu_ms": (cpu_seconds(people.server.pid) - server) / count * 1e3,
        "database_cpu_ms": (cpu_seconds(database_pid) - database) / count * 1e3,
        "wal_bytes": (after["wal"] - before["wal"]) / count,
        "stored_bytes": (after["size"] - before["size"]) / count,
        "commits": (after["commits"] - before["commits"]) / count,
        "waits": found_waiting.averages(),
    }


def main() -> None:
    options = _options()
    # An end by signal is an end like others: servers stopped, control groups taken away.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))
    report = Report(__doc__)
    cases = [Case(count, 0.0) for count in options.workers]
    cases += [Case(count, options.share) for count in options.held_workers]
    rounds: Rounds = {case: [] for case in cases}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        server = stack.enter_context(postgres.private_server())
        load = stack.enter_context(servers.Load.started())
        for round_ in range(options.rounds):
            for number, case in enumerate(list(rounds)):
                place = Path(folder) / f"{round_}-{number}"
                place.mkdir()
                url = postgres.new_database(server.url, f"workers{number}")
                try:
                    rounds[case].append(_one(load, place, url, server.pid, case, options))
                except shares.UnavailableError as error:
                    report.note(f"No workers held to a share of a core: {error}.")
                    rounds = {other: each for other, each in rounds.items() if not other.share}
                    break
            print(f"round {round_ + 1} of {options.rounds} done", flush=True)
        sizes = asyncio.run(row_sizes(url))
    _print(report, rounds, options)
    rows = [[table, f"{row:,}", f"{index:,}"] for table, (row, index) in sizes.items()]
    report.table("Bytes a row, after `vacuum full`", ["table", "row", "its indexes"], rows)
    if not options.brief:
        report.save("workers", [{**asdict(case), "rounds": each} for case, each in rounds.items()])


def _one(
    load: servers.Load, place: Path, url: str, database_pid: int, case: Case, options: argparse.Namespace
) -> dict[str, Any]:
    """A service of its own, settled at full speed, then measured as the case says."""
    with servers.riskengine(place, url, case.workers) as service:
        people = settle(service, options.users, "ENFORCED")
        processes = worker_processes(service, case.workers)
        with shares.held(processes, case.share) if case.share else nullcontext():
            return measure(load, people, url, database_pid, options)


def _print(report: Report, rounds: Rounds, options: argparse.Namespace) -> None:
    free = {case: each for case, each in rounds.items() if not case.share}
    held = {case: each for case, each in rounds.items() if case.share}
    title = f"Password sign-ins, ENFORCED, PostgreSQL with fsync, {options.connections} connections"
    _print_counts(report, title, free)
    if held:
        _print_counts(report, f"{title}; each worker held to {options.share:.0%} of a core", held)
    _print_waits(report, rounds)
    every = [one for each in rounds.values() for one in each]
    report.note(
        f"Each sign-in costs the database {spread([one['wal_bytes'] for one in every])} bytes of log,"
        f" {spread([one['stored_bytes'] for one in every])} bytes stored (dead rows included),"
        f" {spread([one['commits'] for one in every], 1)} transactions, reads included."
        " The load generator shares the machine's cores with both."
    )


def _print_counts(report: Report, title: str, rounds: Rounds) -> None:
    first = next(iter(rounds.values()))
    rows = []
    for case, each in rounds.items():
        ratios = [one["per_second"] / other["per_second"] for one, other in zip(each, first, strict=True)]
        filled = [one["per_second"] * one["server_cpu_ms"] / 1e3 / case.workers for one in each]
        rows.append(
            [
                str(case.workers),
                spread([one["per_second"] for one in each]),
                spread(ratios, 2),
                spread([one["p50_ms"] for one in each], 1),
                spread([one["p99_ms"] for one in each], 1),
                spread([one["server_cpu_ms"] for one in each], 2),
                spread([one["database_cpu_ms"] for one in each], 2),
                f"{statistics.median(filled):.0%}",
            ]
        )
    header = [
        "workers",
        "per second",
        "x one",
        "p50 ms",
        "p99 ms",
        "service CPU ms",
        "database CPU ms",
        "of a core, each worker",
    ]
    report.table(title, header, rows)


def _print_waits(report: Report, rounds: Rounds) -> None:
    """Means over all rounds: single samples of few sessions say little."""
    by_case = {
        case: {
            what: statistics.fmean(one["waits"].get(what, 0.0) for one in each)
            for what in sorted({what for one in each for what in one["waits"]})
        }
        for case, each in rounds.items()
    }
    seen = {
        what: max(found.get(what, 0.0) for found in by_case.values()) for f in by_case.values() for what in f
    }
    header = ["", *(f"{case.workers}" + (f" at {case.share:.0%}" if case.share else "") for case in rounds)]
    rows = [
        [what, *(f"{found.get(what, 0.0):.2f}" for found in by_case.values())]
        for what in sorted(seen, key=lambda what: -seen[what])
    ]
    report.table("Database sessions at work at a moment, by what they wait for; by workers", header, rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--held-workers", type=int, nargs="*", default=[1, 2, 3], help="with --share each")
    parser.add_argument("--share", type=float, default=0.2, help="of a core for each held worker")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--warm-up", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--users", type=int, default=64)
    parser.add_argument("--brief", action="store_true", help="nothing is saved")
    return parser.parse_args()


if __name__ == "__main__":
    main()
