"""What do sign-ins and operators' calls feel of millions of stored events and users?"""

import argparse
import asyncio
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import filled
import postgres
import servers
from filling import Past, Size, size_of
from launching import launched
from people import People, operators_api, operators_call, settle
from reports import Report, spread
from workers import cpu_seconds

_BYTES_AN_EVENT = 3_200  # on the disk, with its share of sessions and of all indexes
_WITH_FEEDBACK = 60  # users whose events are judged
_PAGE = 10  # events of each of them
_CONNECTIONS = (1, 8)  # of sign-ins
_SIGN_IN = "sign-in, {} connection{}"
_LIST, _LIST_BUSY = "AdminListUserAuthEvents", "AdminListUserAuthEvents, the busy user"
_FEEDBACK = "AdminUpdateAuthEventFeedback"

_Measured = dict[str, list[dict[str, float]]]  # by what was called


@dataclass
class Grown:
    """A database of some size, the folder that is its service's home, and what was measured on it."""

    size: Size
    folder: Path
    url: str
    gigabytes: float
    fill_seconds: float
    starts: list[dict[str, float]]
    calls: _Measured


class Databases:
    """Where databases lie: files in a folder, or those of a PostgreSQL server."""

    def __init__(self, folder: Path, server: postgres.Postgres | None) -> None:
        self.folder = folder
        self._server = server

    @property
    def pid(self) -> int:
        """Of the database server; 0 where the service itself is all there is."""
        return self._server.pid if self._server else 0

    def home(self, name: str) -> tuple[Path, str]:
        """A new folder, and the URL of the database that a service started in it uses."""
        home = self.folder / name
        home.mkdir()
        if self._server:
            return home, postgres.new_database(self._server.url, name)
        return home, f"sqlite:///{home / 'riskengine.db'}"

    def copy(self, name: str, seed: Path) -> tuple[Path, str]:
        """Another home with a copy of the seed's database and its keys."""
        shutil.copytree(seed, self.folder / name)
        home = self.folder / name
        if not self._server:
            return home, f"sqlite:///{home / 'riskengine.db'}"
        statement = f"create database {name} template {seed.name}"
        asyncio.run(postgres.execute(self._server.url, statement))
        head, _, tail = self._server.url.partition("?")
        return home, f"{head.rpartition('/')[0]}/{name}?{tail}"

    @contextmanager
    def opened(self, url: str) -> Iterator[filled.SqliteTarget | filled.PostgresTarget]:
        """A database to be filled."""
        if self._server:
            with filled.PostgresTarget.opened(url) as target:
                yield target
        else:
            with filled.SqliteTarget.opened(Path(url.removeprefix("sqlite:///"))) as file:
                yield file

    def bytes(self, url: str) -> float:
        """What a database occupies."""
        if not self._server:
            return Path(url.removeprefix("sqlite:///")).stat().st_size
        with filled.PostgresTarget.opened(url) as target:
            return float(target.rows("select pg_database_size(current_database())")[0][0])


def main() -> None:
    options = _options()
    report = Report(__doc__)
    with tempfile.TemporaryDirectory(dir=options.folder, prefix="history-") as name, ExitStack() as stack:
        folder = Path(name)
        server = None
        if options.database == "postgresql":
            server = stack.enter_context(postgres.private_server())
        _require_space(server.folder if server else folder, options.sizes)
        databases = Databases(folder, server)
        load = stack.enter_context(servers.Load.started())
        people, sizes = _grow(databases, load, options)
        for round_ in range(options.rounds):
            for grown in _turns(sizes, round_):
                grown.starts.append(_start(grown, people))
        with ExitStack() as serving:
            crowds = [_serve(serving, grown, people) for grown in sizes]
            for round_ in range(options.rounds):
                for grown, crowd in _turns(list(zip(sizes, crowds, strict=True)), round_):
                    _measure(load, grown, crowd, databases.pid, options)
                print(f"round {round_ + 1} of {options.rounds} done", flush=True)
    _print(report, sizes, options)
    if not options.brief:
        figures = [
            {"size": vars(each.size), "starts": each.starts, "calls": each.calls, "gigabytes": each.gigabytes}
            for each in sizes
        ]
        report.save("history" if server is None else "history_postgresql", figures)


def _turns(sizes: Sequence[Any], round_: int) -> Sequence[Any]:
    # Every other round runs backwards: nobody is always after the heaviest.
    return sizes[:: 1 if round_ % 2 == 0 else -1]


def _require_space(folder: Path, sizes: Sequence[Size]) -> None:
    needed = sum(size.events for size in sizes) * _BYTES_AN_EVENT
    free = shutil.disk_usage(folder).free
    if needed > free * 0.9:
        raise SystemExit(f"{needed / 1e9:.0f} GB are needed, {free / 1e9:.0f} GB are free")


def _grow(
    databases: Databases, load: servers.Load, options: argparse.Namespace
) -> tuple[People, list[Grown]]:
    """One pool that has been in use for a while, copied and grown to every size."""
    seed, url = databases.home("seed")
    with servers.riskengine(seed, url if url.startswith("postgres") else "") as service:
        people = settle(service, options.users, "ENFORCED")
        load.measure(people.order("InitiateAuth", 8, 3.0, 0.0))
    sizes = []
    for number, size in enumerate(options.sizes):
        print(f"growing to {size.title}", flush=True)
        home, url = databases.copy(f"size{number}", seed)
        with databases.opened(url) as target:
            took = Past(target).fill(size)
        grown = Grown(size, home, url, databases.bytes(url) / 1e9, sum(took.values()), [], {})
        print(f"  {grown.gigabytes:.1f} GB in {grown.fill_seconds:,.0f} s", flush=True)
        sizes.append(grown)
    return people, sizes


def _start(grown: Grown, people: People) -> dict[str, float]:
    """How long a start takes, and the first sign-in, which has the pool's state loaded."""
    request = people.order("InitiateAuth", 1, 0, 0)["requests"][1]
    with launched(grown.folder, grown.url) as service:
        before = service.memory_mb()
        first = service.post(request)
        return {"ready_s": service.ready_s, "first_ms": first, "start_mb": before}


def _serve(serving: ExitStack, grown: Grown, people: People) -> People:
    database = "" if grown.url.startswith("sqlite") else grown.url
    return replace(people, server=serving.enter_context(servers.riskengine(grown.folder, database)))


def _measure(
    load: servers.Load, grown: Grown, people: People, database_pid: int, options: argparse.Namespace
) -> None:
    """Every call of one round on one size."""
    orders = {
        _SIGN_IN.format(number, "" if number == 1 else "s"): people.order(
            "InitiateAuth", number, options.seconds, options.warm_up
        )
        for number in _CONNECTIONS
    }
    base = {**orders[_SIGN_IN.format(1, "")], "seconds": options.seconds / 2}
    pages = [_events_call(people, user) for user in people.users]
    orders[_LIST] = {**base, "proof": '"AuthEvents"', "requests": pages[1:]}
    orders[_LIST_BUSY] = {**base, "proof": '"AuthEvents"', "requests": pages[:1]}
    orders[_FEEDBACK] = {**base, "proof": "{}", "requests": list(_feedback_calls(people))}
    for name, order in orders.items():
        before = people.server.cpu_seconds() or 0.0, cpu_seconds(database_pid) if database_pid else 0.0
        found = load.measure(order)
        after = people.server.cpu_seconds() or 0.0, cpu_seconds(database_pid) if database_pid else 0.0
        server_ms, database_ms = (
            (b - a) / found["answered"] * 1e3 for a, b in zip(before, after, strict=True)
        )
        measured = {"cpu_ms": server_ms, "database_cpu_ms": database_ms}
        measured |= {key: found[key] for key in ("p50_ms", "p99_ms", "per_second", "count")}
        grown.calls.setdefault(name, []).append(measured)


def _events_call(people: People, user: str) -> dict[str, Any]:
    members = {"UserPoolId": people.pool, "Username": user, "MaxResults": _PAGE}
    return operators_call(people.server, "AdminListUserAuthEvents", **members)


def _feedback_calls(people: People) -> Iterator[dict[str, Any]]:
    """Valid, on the newest events of some users."""
    api = operators_api(people.server)
    for user in people.users[1 : 1 + _WITH_FEEDBACK]:
        for event in api.admin_list_user_auth_events(UserPoolId=people.pool, Username=user)["AuthEvents"]:
            members = {"UserPoolId": people.pool, "Username": user, "EventId": event["EventId"]}
            yield operators_call(people.server, _FEEDBACK, FeedbackValue="Valid", **members)


def _print(report: Report, sizes: Sequence[Grown], options: argparse.Namespace) -> None:
    for name, first in sizes[0].calls.items():
        rows = [_row(grown, grown.calls[name], first) for grown in sizes]
        header = ["stored", "p50 ms", "p99 ms", "x smallest", "CPU ms", "x smallest", "database CPU ms"]
        cut = 7 if options.database == "postgresql" else 6
        report.table(name, header[:cut], [row[:cut] for row in rows])
    rows = [
        [
            each.size.title,
            f"{each.gigabytes:.2f}",
            f"{each.fill_seconds:,.0f}",
            spread([one["ready_s"] for one in each.starts], 2),
            spread([one["first_ms"] for one in each.starts], 0),
            spread([one["start_mb"] for one in each.starts], 0),
        ]
        for each in sizes
    ]
    header = ["stored", "GB", "filled in s", "s to ready", "first sign-in ms", "resident MB at start"]
    report.table("The database, and a start on it", header, rows)
    report.note(
        f"{options.users} users sign in, the same on every size; of {_PAGE} events a page. Rows are copies of"
        " real ones under other ids, users, times and networks; 80 days of events, sessions of the last 30."
        " `first sign-in`: the pool's shared state is loaded for it."
    )


def _row(grown: Grown, rounds: list[dict[str, float]], first: list[dict[str, float]]) -> list[str]:
    def ratios(key: str) -> str:
        return spread([one[key] / other[key] for one, other in zip(rounds, first, strict=True)], 2)

    return [
        grown.size.title,
        spread([one["p50_ms"] for one in rounds], 2),
        spread([one["p99_ms"] for one in rounds], 1),
        ratios("p50_ms"),
        spread([one["cpu_ms"] for one in rounds], 2),
        ratios("cpu_ms"),
        spread([one["database_cpu_ms"] for one in rounds], 2),
    ]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument(
        "--sizes",
        type=size_of,
        nargs="+",
        metavar="EVENTS:USERS",
        default=[size_of("10k:1k"), size_of("1M:100k"), size_of("10M:1M")],
        help="smallest first; users that sign in are among them",
    )
    parser.add_argument("--users", type=int, default=512, help="who sign in")
    parser.add_argument("--seconds", type=float, default=4.0, help="length of one measurement")
    parser.add_argument("--warm-up", type=float, default=0.5)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", help="where the databases are made, and deleted afterwards")
    parser.add_argument("--brief", action="store_true", help="nothing is saved")
    return parser.parse_args()


if __name__ == "__main__":
    main()
