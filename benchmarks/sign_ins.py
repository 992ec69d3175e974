"""How many sign-ins a second, beside other servers of the same API on the same calls?"""

import argparse
import sqlite3
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import servers
from people import Act, Mode, People, settle
from reports import Report, spread

_MODES: tuple[Mode, ...] = ("OFF", "AUDIT", "ENFORCED")
_MEDIUM = 8  # connections of the calls that are measured at one load only
_TITLES: dict[Act, str] = {
    "InitiateAuth": "InitiateAuth, USER_PASSWORD_AUTH (unsigned)",
    "AdminInitiateAuth": "AdminInitiateAuth, ADMIN_USER_PASSWORD_AUTH (signed)",
    "refresh": "InitiateAuth, REFRESH_TOKEN_AUTH",
}


@dataclass(frozen=True)
class Cell:
    """One call, at one number of connections."""

    act: Act
    connections: int


def main() -> None:
    options = _options()
    cells = [
        *(Cell("InitiateAuth", connections) for connections in options.connections),
        *(Cell(act, _MEDIUM) for act in ("AdminInitiateAuth", "refresh") if not options.brief),
    ]
    report = Report(__doc__)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        load = stack.enter_context(servers.Load.started())
        crowds = _start(stack, Path(folder), options)
        versions = {
            crowd.server.name: crowd.server.version for crowd in crowds.values() if crowd.server.version
        }
        measured = _measure(load, crowds, cells, options)
        stack.close()
        kept = _events_kept(Path(folder) / "riskengine" / "riskengine.db", crowds)
    for cell in cells:
        _print(report, cell, {name: measured[name, cell] for name in crowds})
    _check_events(report, kept, measured)
    if not options.brief:
        figures = [
            {"target": name, "call": cell.act, "connections": cell.connections, "rounds": rounds}
            for (name, cell), rounds in measured.items()
        ]
        report.save("sign_ins", figures, **versions)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="length of one measurement")
    parser.add_argument("--warm-up", type=float, default=0.3, help="seconds before it that do not count")
    parser.add_argument("--rounds", type=int, default=5, help="each round measures every server once")
    parser.add_argument("--users", type=int, default=128, help="of each pool; more than connections")
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument("--cognito-local", metavar="PROGRAM", help="measure this installation of it too")
    parser.add_argument("--brief", action="store_true", help="public sign-ins only; nothing is saved")
    return parser.parse_args()


def _start(stack: ExitStack, folder: Path, options: argparse.Namespace) -> dict[str, People]:
    """Every server with its people, by the name in the tables."""

    def home(name: str) -> Path:
        (folder / name).mkdir()
        return folder / name

    ours = stack.enter_context(servers.riskengine(home("riskengine")))
    crowds = {f"riskengine {mode}": settle(ours, options.users, mode) for mode in _MODES}
    moto = stack.enter_context(servers.moto(home("moto")))
    crowds["moto_server"] = settle(moto, options.users, "OFF")
    if options.cognito_local:
        local = stack.enter_context(servers.cognito_local(options.cognito_local, home("local")))
        crowds["cognito-local"] = settle(local, options.users, "OFF")
    return crowds


Rounds = list[dict[str, Any]]


def _measure(
    load: servers.Load, crowds: dict[str, People], cells: Sequence[Cell], options: argparse.Namespace
) -> dict[tuple[str, Cell], Rounds]:
    """Servers take turns, so that what disturbs the machine disturbs them all."""
    measured: dict[tuple[str, Cell], Rounds] = defaultdict(list)
    for round_ in range(options.rounds):
        for cell in cells:
            # Every other round runs backwards: nobody is always after the heaviest.
            for name in list(crowds)[:: 1 if round_ % 2 == 0 else -1]:
                crowd = crowds[name]
                order = crowd.order(cell.act, cell.connections, options.seconds, options.warm_up)
                before = crowd.server.cpu_seconds()
                result = load.measure(order)
                after = crowd.server.cpu_seconds()
                if before is not None and after is not None:
                    result["server_cpu_ms"] = (after - before) / result["answered"] * 1e3
                measured[name, cell].append(result)
        print(f"round {round_ + 1} of {options.rounds} done", flush=True)
    return measured


def _print(report: Report, cell: Cell, by_name: dict[str, Rounds]) -> None:
    rows = []
    for name, rounds in by_name.items():
        pairs = zip(rounds, by_name["moto_server"], strict=True)
        ratios = [ours["per_second"] / theirs["per_second"] for ours, theirs in pairs]
        rows.append(
            [
                name,
                spread([each["per_second"] for each in rounds]),
                spread(ratios, 2),
                f"{statistics.median(each['p50_ms'] for each in rounds):.1f}",
                f"{statistics.median(each['p99_ms'] for each in rounds):.1f}",
                f"{statistics.median(each.get('server_cpu_ms', 0.0) for each in rounds):.2f}",
                f"{statistics.median(each['client_cpu_ms'] for each in rounds):.2f}",
            ]
        )
    noun = "connection" if cell.connections == 1 else "connections"
    header = ["server", "per second", "x moto", "p50 ms", "p99 ms", "server CPU ms", "client CPU ms"]
    report.table(f"{_TITLES[cell.act]}, {cell.connections} {noun}", header, rows)


def _events_kept(database: Path, crowds: dict[str, People]) -> dict[str, int]:
    """Events in the file of the stopped server, by the name in the tables."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        counted = dict(connection.execute("select pool, count(*) from events group by pool").fetchall())
    # Each user's first sign-in, by which the pool was settled, is not among the measured ones.
    return {
        name: counted.get(crowd.pool, 0) - len(crowd.users)
        for name, crowd in crowds.items()
        if crowd.server.name == "riskengine"
    }


def _check_events(report: Report, kept: dict[str, int], measured: dict[tuple[str, Cell], Rounds]) -> None:
    """Every sign-in that was answered has left its event in the file."""
    for name, events in kept.items():
        answered = sum(
            result["answered"]
            for (other, cell), rounds in measured.items()
            if other == name and cell.act != "refresh"
            for result in rounds
        )
        if events != answered:
            raise SystemExit(f"{name}: {answered} sign-ins were answered, {events} events were kept")
    total = sum(kept.values())
    report.note(
        f"Every answer was a success; all {total:,} sign-ins of riskengine left their event in the file."
    )


if __name__ == "__main__":
    main()
