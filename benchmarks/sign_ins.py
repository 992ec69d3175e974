"""How many sign-ins a second, beside other servers of the same API on the same calls?"""

import argparse
import sqlite3
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import servers
from people import Act, Mode, People, settle
from reports import Report, spread

_MODES: tuple[Mode, ...] = ("OFF", "AUDIT", "ENFORCED")
_MEDIUM = 8  # connections of the calls that are measured at one load only
_TITLES: dict[Act, str] = {
    "InitiateAuth": "InitiateAuth, USER_PASSWORD_AUTH (unsigned)",
    "srp": "InitiateAuth + RespondToAuthChallenge, USER_SRP_AUTH (a sign-in is both calls)",
    "AdminInitiateAuth": "AdminInitiateAuth, ADMIN_USER_PASSWORD_AUTH (signed)",
    "refresh": "InitiateAuth, REFRESH_TOKEN_AUTH",
}


_OTHERS: tuple[Act, ...] = ("srp", "AdminInitiateAuth", "refresh")
_TRIAL = 0.05  # seconds of calls that show whether a peer can do a flow

Crowds = dict[str, People]
Rounds = list[dict[str, Any]]


@dataclass(frozen=True)
class Cell:
    """One call, at one number of connections."""

    act: Act
    connections: int


def main() -> None:
    options = _options()
    cells = [
        *(Cell("InitiateAuth", connections) for connections in options.connections),
        *(Cell(act, _MEDIUM) for act in _OTHERS if not options.brief or act in options.flows),
    ]
    report = Report(__doc__)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        load = stack.enter_context(servers.Load.started())
        crowds = _start(stack, Path(folder), options)
        versions = {
            crowd.server.name: crowd.server.version for crowd in crowds.values() if crowd.server.version
        }
        able = _able(report, load, crowds, cells)
        measured = _measure(load, able, cells, options)
        stack.close()
        kept = _events_kept(Path(folder) / "riskengine" / "riskengine.db", crowds)
    for cell in cells:
        _print(report, cell, {name: measured[name, cell] for name in able[cell.act]})
    _check_events(report, kept, measured)
    if not options.brief:
        figures = [
            {"target": name, "call": cell.act, "connections": cell.connections, "rounds": rounds}
            for (name, cell), rounds in measured.items()
        ]
        report.save("sign_ins", figures, **versions)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1.5, help="length of one measurement")
    parser.add_argument("--warm-up", type=float, default=0.3, help="seconds before it that do not count")
    parser.add_argument("--rounds", type=int, default=5, help="each round measures every server once")
    parser.add_argument("--users", type=int, default=128, help="of each pool; more than connections")
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument("--cognito-local", metavar="PROGRAM", help="measure this installation of it too")
    parser.add_argument("--ministack", metavar="PROGRAM", help="measure this installation of it too")
    parser.add_argument("--no-moto", action="store_true", help="do without moto_server")
    parser.add_argument("--brief", action="store_true", help="public sign-ins only; nothing is saved")
    parser.add_argument(
        "--flows", nargs="+", default=[], choices=_OTHERS, help="flows that a brief run measures too"
    )
    return parser.parse_args()


def _start(stack: ExitStack, folder: Path, options: argparse.Namespace) -> Crowds:
    """Every server with its people, by the name in the tables."""

    def home(name: str) -> Path:
        (folder / name).mkdir()
        return folder / name

    ours = stack.enter_context(servers.riskengine(home("riskengine")))
    crowds = {f"riskengine {mode}": settle(ours, options.users, mode) for mode in _MODES}
    peers = []
    if not options.no_moto:
        peers.append(servers.moto(home("moto")))
    if options.cognito_local:
        peers.append(servers.cognito_local(options.cognito_local, home("local")))
    if options.ministack:
        peers.append(servers.ministack(options.ministack, home("ministack")))
    for peer in peers:
        server = stack.enter_context(peer)
        crowds[server.name] = settle(server, options.users, "OFF")
    return crowds


def _able(report: Report, load: servers.Load, crowds: Crowds, cells: Sequence[Cell]) -> dict[Act, Crowds]:
    """Who can do each flow, seen by trying; of a peer that cannot, its answer is noted."""
    able: dict[Act, Crowds] = {}
    for act in dict.fromkeys(cell.act for cell in cells):
        able[act] = {}
        for name, crowd in crowds.items():
            fault = "" if _is_ours(crowd) else _tried(load, crowd, act)
            if fault:
                report.note(f"{name} is left out of {_TITLES[act]}: {fault}")
                continue
            able[act][name] = crowd
            if act != "refresh" and not _is_ours(crowd):
                wrong = replace(crowd, password="Wrong-horse-battery-1!")
                if not _tried(load, wrong, act):
                    report.note(f"{name} takes any password in {_TITLES[act]}.")
    return able


def _tried(load: servers.Load, crowd: People, act: Act) -> str:
    """How a peer answered the flow's first call that failed; empty for successes only."""
    failure: str = load.attempt(crowd.order(act, 1, _TRIAL, 0.0))["failure"]
    return failure


def _is_ours(crowd: People) -> bool:
    return crowd.server.name == "riskengine"


def _measure(
    load: servers.Load, able: dict[Act, Crowds], cells: Sequence[Cell], options: argparse.Namespace
) -> dict[tuple[str, Cell], Rounds]:
    """Servers take turns, so that what disturbs the machine disturbs them all."""
    measured: dict[tuple[str, Cell], Rounds] = defaultdict(list)
    for round_ in range(options.rounds):
        for cell in cells:
            # Every other round runs backwards: nobody is always after the heaviest.
            for name, crowd in list(able[cell.act].items())[:: 1 if round_ % 2 == 0 else -1]:
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
    peers = [name for name in by_name if not name.startswith("riskengine")]
    best = max(peers, key=lambda name: _rate(by_name[name]), default="")
    # One column for the best of all, which may be moto itself.
    others = {"x moto": "moto_server"} if "moto_server" in peers else {}
    others |= {f"x best peer ({best})": best} if best else {}
    rows = [
        [
            name,
            spread([each["per_second"] for each in rounds]),
            *(spread(_ratios(rounds, by_name[other]), 2) for other in others.values()),
            f"{statistics.median(each['p50_ms'] for each in rounds):.1f}",
            f"{statistics.median(each['p99_ms'] for each in rounds):.1f}",
            f"{statistics.median(each.get('server_cpu_ms', 0.0) for each in rounds):.2f}",
            f"{statistics.median(each['client_cpu_ms'] for each in rounds):.2f}",
        ]
        for name, rounds in by_name.items()
    ]
    noun = "connection" if cell.connections == 1 else "connections"
    header = ["server", "per second", *others, "p50 ms", "p99 ms", "server CPU ms", "client CPU ms"]
    report.table(f"{_TITLES[cell.act]}, {cell.connections} {noun}", header, rows)


def _rate(rounds: Rounds) -> float:
    return statistics.median(each["per_second"] for each in rounds)


def _ratios(ours: Rounds, theirs: Rounds) -> list[float]:
    """Taken within each round: what disturbed it disturbed both."""
    return [one["per_second"] / other["per_second"] for one, other in zip(ours, theirs, strict=True)]


def _events_kept(database: Path, crowds: Crowds) -> dict[str, int]:
    """Events in the file of the stopped server, by the name in the tables."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        counted = dict(connection.execute("select pool, count(*) from events group by pool").fetchall())
    # Each user's first sign-in, by which the pool was settled, is not among the measured ones.
    return {
        name: counted.get(crowd.pool, 0) - len(crowd.users)
        for name, crowd in crowds.items()
        if _is_ours(crowd)
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
