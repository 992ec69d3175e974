"""What do more worker processes on PostgreSQL bring, and what does one sign-in cost the database?"""

import argparse
import asyncio
import tempfile
from contextlib import ExitStack
from os import sysconf
from pathlib import Path
from typing import Any

import asyncpg
import postgres
import servers
from people import People, settle
from reports import Report, spread


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
                "select pg_table_size($1::regclass), pg_indexes_size($1::regclass)", table
            )
            found[table] = (sizes[0] // count, sizes[1] // count)
    finally:
        await connection.close()
    return found


def measure(
    load: servers.Load, people: People, url: str, database_pid: int, options: argparse.Namespace
) -> dict[str, Any]:
    """One measurement: sign-ins a second, and what each cost."""
    order = people.order("InitiateAuth", options.connections, options.seconds, options.warm_up)
    before = asyncio.run(database_figures(url))
    server, database = cpu_seconds(people.server.pid), cpu_seconds(database_pid)
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
    }


def main() -> None:
    options = _options()
    report = Report(__doc__)
    rounds: dict[int, list[dict[str, Any]]] = {count: [] for count in options.workers}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        server = stack.enter_context(postgres.private_server())
        load = stack.enter_context(servers.Load.started())
        for round_ in range(options.rounds):
            for count in options.workers:
                place = Path(folder) / f"{round_}-{count}"
                place.mkdir()
                url = postgres.new_database(server.url, f"workers{count}")
                with servers.riskengine(place, url, count) as service:
                    people = settle(service, options.users, "ENFORCED")
                    rounds[count].append(measure(load, people, url, server.pid, options))
            sizes = asyncio.run(row_sizes(url))
            print(f"round {round_ + 1} of {options.rounds} done", flush=True)
    _print(report, rounds, options)
    rows = [[table, f"{row:,}", f"{index:,}"] for table, (row, index) in sizes.items()]
    report.table("Bytes a row, after `vacuum full`", ["table", "row", "its indexes"], rows)
    if not options.brief:
        report.save("workers", [{"workers": count, "rounds": each} for count, each in rounds.items()])


def _print(report: Report, rounds: dict[int, list[dict[str, Any]]], options: argparse.Namespace) -> None:
    first = rounds[options.workers[0]]
    rows = []
    for count, each in rounds.items():
        ratios = [one["per_second"] / other["per_second"] for one, other in zip(each, first, strict=True)]
        rows.append(
            [
                str(count),
                spread([one["per_second"] for one in each]),
                spread(ratios, 2),
                spread([one["p50_ms"] for one in each], 1),
                spread([one["p99_ms"] for one in each], 1),
                spread([one["server_cpu_ms"] for one in each], 2),
                spread([one["database_cpu_ms"] for one in each], 2),
            ]
        )
    report.table(
        f"Password sign-ins, ENFORCED, PostgreSQL with fsync, {options.connections} connections",
        ["workers", "per second", "x one", "p50 ms", "p99 ms", "service CPU ms", "database CPU ms"],
        rows,
    )
    every = [one for each in rounds.values() for one in each]
    report.note(
        f"Each sign-in costs the database {spread([one['wal_bytes'] for one in every])} bytes of log,"
        f" {spread([one['stored_bytes'] for one in every])} bytes stored (dead rows included),"
        f" {spread([one['commits'] for one in every], 1)} transactions, reads included."
        " The load generator shares the machine's cores with both."
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--warm-up", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--users", type=int, default=128)
    parser.add_argument("--brief", action="store_true", help="nothing is saved")
    return parser.parse_args()


if __name__ == "__main__":
    main()
