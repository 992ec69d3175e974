"""How long does a start take, on what memory does the service live, and how much is there to install?"""

import argparse
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from http.client import HTTPConnection
from importlib.metadata import Distribution, distribution
from pathlib import Path
from time import perf_counter
from typing import Any

import servers
from filled import SqliteTarget
from filling import Past, Size, size_of
from launching import forget_cached, launched, memory_mb
from packaging.requirements import Requirement
from people import People, settle
from reports import Report, spread
from stuffing import request_of

_ROOT = Path(__file__).parents[1]
_PROGRAMS = {
    "python that does nothing": "pass",
    "and imports aiohttp's server": "import aiohttp.web",
    "and imports `riskengine serve`": "import riskengine.cli.serve",
}
_STRANGERS = 200  # names that nobody has, by each address
_Figures = dict[str, float]


def imported(program: str) -> _Figures:
    """Seconds and peak memory of a process that imports and ends."""
    told = "; print(open('/proc/self/status').read())"
    begun = perf_counter()
    command = [sys.executable, "-c", program + told]
    done = subprocess.run(command, cwd=_ROOT, check=True, capture_output=True, text=True)
    seconds = perf_counter() - begun
    return {"seconds": seconds, "peak_mb": int(done.stdout.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6}


def started(folder: Path, people: People, *, is_cached: bool) -> _Figures:
    """One start, until it is ready and until the first sign-in is answered."""
    database = folder / "riskengine.db"
    if not is_cached:
        forget_cached(database)
    request = people.order("InitiateAuth", 1, 0, 0)["requests"][1]
    with launched(folder, f"sqlite:///{database}") as service:
        at_ready = service.memory_mb()
        first_ms = service.post(request)
        answered = perf_counter() - service.begun
        second_ms = service.post(request)
        return {
            "ready_s": service.ready_s,
            "first_s": answered,
            "first_ms": first_ms,
            "second_ms": second_ms,
            "ready_mb": at_ready,
            "first_mb": service.memory_mb(),
            "peak_mb": service.memory_mb("VmHWM"),
        }


def lived_in(folder: Path, people: People, load: servers.Load, options: argparse.Namespace) -> list[_Figures]:
    """Resident memory as one process serves more and more."""
    found: list[_Figures] = []
    with servers.riskengine(folder) as server:
        settled = replace(people, server=server)

        def note(calls: int) -> None:
            found.append({"calls": calls, "resident_mb": memory_mb(server.pid)})

        note(0)
        order = settled.order("InitiateAuth", 8, options.seconds, 0)
        every = order["requests"]
        # The same few people again and again, then everybody, then strangers from many networks.
        note(load.measure({**order, "requests": every[:16]})["answered"])
        note(load.measure({**order, "requests": every})["answered"])
        strangers = [_stranger(people.client, number) for number in range(options.strangers)]
        note(_refused(server, strangers))
    return found


def _stranger(client: str, number: int) -> tuple[dict[str, str], bytes]:
    place = number // _STRANGERS % 65_000
    address = f"{78 + number % 8}.{place // 250}.{place % 250}.{number % 250 + 1}"
    return request_of(client, f"nobody{number}@example.com", "Guess-1!aA1", address)


def _refused(server: servers.Server, requests: Sequence[tuple[dict[str, str], bytes]]) -> int:
    """Send what is bound to fail, over one connection; answers how many were."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    with closing(HTTPConnection(host, int(port), timeout=60)) as connection:
        for headers, body in requests:
            connection.request("POST", "/", body, headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status not in (400, 429):
                raise SystemExit(f"a stranger was answered {answer.status}")
    return len(requests)


def wheel(folder: Path) -> _Figures:
    """The project built as it is released: its wheel's size, and what is in it."""
    out = ["--wheel", "--quiet", "--out-dir", str(folder)]
    pip = ["pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder)]
    command = ["uv", "build", *out] if shutil.which("uv") else pip
    subprocess.run([*command, str(_ROOT)], check=True)
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        sizes = {item.filename: item.file_size for item in archive.infolist()}
    return {
        "wheel_mb": path.stat().st_size / 1e6,
        "unpacked_mb": sum(sizes.values()) / 1e6,
        "data_mb": sum(size for name, size in sizes.items() if not name.endswith(".py")) / 1e6,
    }


def installed() -> dict[str, float]:
    """MB on the disk of each distribution that `pip install riskengine` brings, compiled files left out."""
    found: dict[str, float] = {}
    todo = ["riskengine"]
    while todo:
        name = todo.pop()
        if name in found:
            continue
        each = distribution(name)
        found[name] = _megabytes(each)
        todo += filter(None, map(_needed, each.requires or ()))
    del found["riskengine"]
    return found


def _needed(requirement: str) -> str:
    """The distribution that a requirement names; nothing for one of an extra or another system."""
    parsed = Requirement(requirement)
    if parsed.marker is not None and not parsed.marker.evaluate({"extra": ""}):
        return ""
    return re.sub(r"[-_.]+", "-", parsed.name).lower()


def _megabytes(each: Distribution) -> float:
    files = (Path(str(each.locate_file(file))) for file in each.files or ())
    return sum(file.stat().st_size for file in files if file.exists() and file.suffix != ".pyc") / 1e6


def main() -> None:
    options = _options()
    report = Report(__doc__)
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        figures["imports"] = {
            title: [imported(program) for _ in range(options.rounds)] for title, program in _PROGRAMS.items()
        }
        with servers.Load.started() as load:
            people, homes = _homes(folder, load, options)
            figures["starts"] = _starts(homes, people, options)
            figures["lives"] = {title: lived_in(home, people, load, options) for title, home in homes.items()}
        figures["wheel"] = wheel(folder)
        figures["installed_mb"] = installed()
    _print(report, figures)
    if not options.brief:
        report.save("starts", figures)


def _homes(folder: Path, load: servers.Load, options: argparse.Namespace) -> tuple[People, dict[str, Path]]:
    """A database with the users who sign in, and its copy with many more."""
    small, large = folder / "small", folder / "large"
    small.mkdir()
    with servers.riskengine(small) as server:
        people = settle(server, options.users, "ENFORCED")
        load.measure(people.order("InitiateAuth", 8, 2.0, 0.0))
    shutil.copytree(small, large)
    with SqliteTarget.opened(large / "riskengine.db") as target:
        Past(target).fill(options.size)
    size: Size = options.size
    return people, {f"{options.users:,} users": small, size.title: large}


def _starts(homes: dict[str, Path], people: People, options: argparse.Namespace) -> dict[str, list[_Figures]]:
    found: dict[str, list[_Figures]] = {}
    for _ in range(options.rounds):
        for title, home in homes.items():
            for is_cached in (True, False):
                name = title if is_cached else f"{title}, file not in memory"
                found.setdefault(name, []).append(started(home, people, is_cached=is_cached))
    return found


def _print(report: Report, figures: dict[str, Any]) -> None:
    rows = [
        [title, spread([one["seconds"] for one in each], 2), spread([one["peak_mb"] for one in each], 1)]
        for title, each in figures["imports"].items()
    ]
    report.table("A process that imports and ends", ["", "seconds", "peak MB"], rows)
    digits = {"ready_s": 2, "first_s": 2, "first_ms": 0, "second_ms": 1, "ready_mb": 1, "peak_mb": 1}
    rows = [
        [title, *(spread([one[key] for one in each], cut) for key, cut in digits.items())]
        for title, each in figures["starts"].items()
    ]
    header = ["stored", "s to ready", "s to first sign-in", "it took ms", "the next", "MB ready", "peak"]
    report.table("Starts, from the process's first moment", header, rows)
    _print_lives(report, figures["lives"])
    _print_sizes(report, figures["installed_mb"], figures["wheel"])


def _print_lives(report: Report, lives: dict[str, list[_Figures]]) -> None:
    empty = next(iter(lives.values()))[0]["resident_mb"]
    rows = [
        [
            title,
            *(f"{one['resident_mb']:.1f} ({one['calls']:,})" for one in each),
            f"{each[-1]['resident_mb'] / empty:.2f}",
        ]
        for title, each in lives.items()
    ]
    header = ["stored", "at start", "16 users", "all users", "strangers", "last / first at start"]
    report.table("Resident MB of one process (after so many calls each)", header, rows)


def _print_sizes(report: Report, sizes: dict[str, float], made: _Figures) -> None:
    largest = sorted(((size, name) for name, size in sizes.items() if size >= 1), reverse=True)
    rows = [
        ["riskengine, its wheel", f"{made['wheel_mb']:.1f}"],
        ["riskengine, installed", f"{made['unpacked_mb']:.1f}"],
        ["of that, data", f"{made['data_mb']:.1f}"],
        *([name, f"{size:.1f}"] for size, name in largest),
        ["the other dependencies", f"{sum(size for size in sizes.values() if size < 1):.1f}"],
        ["all that is installed", f"{sum(sizes.values()) + made['unpacked_mb']:.1f}"],
    ]
    report.table(f"On the disk, MB without compiled Python, {sysconfig.get_platform()}", ["", "MB"], rows)
    report.note(
        "An image is Python's slim one, which is not measured here for want of a Docker engine, and a layer"
        " of what is installed."
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=size_of, default=size_of("1M:1M"), metavar="EVENTS:USERS")
    parser.add_argument("--users", type=int, default=1000, help="who sign in")
    parser.add_argument("--strangers", type=int, default=20_000, help="names that nobody has")
    parser.add_argument("--seconds", type=float, default=15.0, help="of sign-ins by few, and by all")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", help="where the databases are made, and deleted afterwards")
    parser.add_argument("--brief", action="store_true", help="nothing is saved")
    return parser.parse_args()


if __name__ == "__main__":
    main()
