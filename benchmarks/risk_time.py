"""What does one call of the risk library take, and of what surrounds it, for short and long histories?"""

import argparse
import asyncio
import base64
import json
import statistics
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Any

from reports import Report, percentile

from riskengine.api import wire
from riskengine.base.clock import DAY, HOUR, SECOND
from riskengine.config import Settings
from riskengine.context.agent import parse_agent
from riskengine.context.attempt import AttemptBuilder, RawContext, Subject
from riskengine.context.fingerprint import sign
from riskengine.risk import Attempt, Engine, Outcome, Policy, Population, Profile, decide, default_model
from riskengine.storage.interface import Storage, StoredProfile
from riskengine.storage.open import open_storage
from riskengine.wiring import open_context

OPENING = 1_780_000_000 * SECOND
NOW = OPENING + 800 * DAY
_KEY = b"k" * 32
_POOL, _CLIENT = "us-east-1_benchmark", "benchmarkclient"
_CROWD = 3000  # other users of the pool
_RIGHT = Outcome(password_ok=True)
_HISTORIES = {"no history": 0, "3 sign-ins": 3, "30 sign-ins": 30, "800 sign-ins": 800}

_SYSTEMS = (
    ("Windows NT 10.0; Win64; x64", "Win32"),
    ("Macintosh; Intel Mac OS X 10_15_7", "MacIntel"),
    ("X11; Linux x86_64", "Linux x86_64"),
)
_NORWAY = ("88.88", "88.89", "88.90", "88.91", "84.208", "84.209", "84.210", "77.16", "77.17", "46.9")
_NIGERIA = "41.58"


@dataclass(frozen=True)
class Visit:
    """Where a sign-in comes from, by numbers that stand for places and machines."""

    user: str
    time: int
    place: int  # of Norway's
    machine: int
    has_collector: bool = True
    is_abroad: bool = False

    @property
    def agent(self) -> str:
        """The browser of the machine."""
        system, version = _SYSTEMS[self.machine % 3][0], 120 + self.machine % 25
        engine = "AppleWebKit/537.36 (KHTML, like Gecko)"
        return f"Mozilla/5.0 ({system}) {engine} Chrome/{version}.0.0.0 Safari/537.36"

    @property
    def address(self) -> str:
        """A public address of the place."""
        network = _NIGERIA if self.is_abroad else _NORWAY[self.place % len(_NORWAY)]
        return f"{network}.{self.place % 250}.{self.place // 250 + 1}"

    def raw(self) -> RawContext:
        """The visit as a call brings it."""
        headers = (
            ("Host", "auth.example.com"),
            ("Connection", "keep-alive"),
            ("User-Agent", self.agent),
            ("Accept", "*/*"),
            ("Origin", "https://app.example.com"),
            ("Accept-Encoding", "gzip, deflate, br"),
            ("Accept-Language", "nb-NO,nb;q=0.9,en;q=0.8"),
        )
        return RawContext(
            time=self.time,
            address=self.address,
            headers=headers,
            encoded_data=self._encoded() if self.has_collector else None,
            header_order_known=True,
        )

    def subject(self) -> Subject:
        """Who signs in."""
        return Subject(self.user, _KEY, _POOL, _CLIENT, (self.user,), password="0123456789abcdef")

    def _encoded(self) -> str:
        context = {
            "UserAgent": self.agent,
            "DeviceId": f"machine{self.machine:013}:{OPENING // 1000}",
            "DeviceLanguage": "nb-NO",
            "DeviceFingerprint": f"{self.agent}PDF Viewer:WebKit built-in PDF:nb-NO",
            "DevicePlatform": _SYSTEMS[self.machine % 3][1],
            "ClientTimezone": "01:00",
        }
        payload = json.dumps(
            {
                "contextData": context,
                "username": self.user,
                "userPoolId": _POOL,
                "timestamp": str(self.time // 1000),
            }
        )
        version = "JS20171115"
        signature = sign(_CLIENT, version, payload).decode()
        envelope = {"payload": payload, "signature": signature, "version": version}
        return base64.b64encode(json.dumps(envelope).encode()).decode()


@dataclass(frozen=True)
class Clocked:
    """Microseconds of each call."""

    name: str
    micros: Sequence[float]

    def row(self) -> list[str]:
        """Median, 99th percentile and quickest."""
        middle, late = statistics.median(self.micros), percentile(self.micros, 0.99)
        return [self.name, f"{middle:,.1f}", f"{late:,.1f}", f"{min(self.micros):,.1f}"]


_HEADER = ("", "median µs", "p99 µs", "best µs")


def clocked(name: str, calls: int, work: Callable[[int], object]) -> Clocked:
    """Call `work(0)`, `work(1)`, ... one by one on the clock."""
    for number in range(min(200, calls)):
        work(number)
    micros = []
    for number in range(calls):
        began = perf_counter()
        work(number)
        micros.append((perf_counter() - began) * 1e6)
    return Clocked(name, micros)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=5000, help="of each function")
    parser.add_argument("--brief", action="store_true", help="save nothing")
    options = parser.parse_args()
    report, builder = Report(__doc__), open_context(Settings())
    engine = _lively_engine(builder)
    everything = [_print_building(report, builder, options.calls)]
    for name, sign_ins in _HISTORIES.items():
        everything.append(_print_history(report, builder, engine, name, sign_ins, options.calls))
    if not options.brief:
        medians = {one.name: statistics.median(one.micros) for table in everything for one in table}
        report.save("risk_time", {"medians_us": medians})


def _lively_engine(builder: AttemptBuilder) -> Engine:
    """An engine whose pool has seen other people sign in, three times each."""
    engine = Engine(default_model(), Population())
    for user in range(_CROWD):
        profile = Profile()
        for day in range(3):
            visit = Visit(f"other{user}", NOW - (3 - day) * DAY, user, user, has_collector=user % 2 == 0)
            profile = _signed_in(engine, profile, builder.build(visit.raw(), visit.subject()).attempt)
    return engine


def _signed_in(engine: Engine, profile: Profile, attempt: Attempt) -> Profile:
    conclusion = engine.conclude(attempt, profile, engine.assess(attempt, profile), _RIGHT)
    engine.observe(conclusion)
    return conclusion.profile


def _lived(builder: AttemptBuilder, sign_ins: int) -> Profile:
    """The habits of somebody who moves about: 40 networks, 9 machines."""
    engine, profile = Engine(default_model(), Population()), Profile()
    for number in range(sign_ins):
        place = number * 7 % 40 if number % 3 == 0 else 1
        visit = Visit(
            "anna", NOW - (sign_ins - number) * 20 * HOUR, place, number * 5 % 9 if number % 4 == 0 else 1
        )
        profile = _signed_in(engine, profile, builder.build(visit.raw(), visit.subject()).attempt)
    return profile


def _print_building(report: Report, builder: AttemptBuilder, calls: int) -> list[Clocked]:
    visits = [Visit("anna", NOW, n, n, has_collector=True) for n in range(200)]
    full = [(visit.raw(), visit.subject()) for visit in visits]
    bare = [(Visit("anna", NOW, n, n, has_collector=False).raw(), s) for n, (_, s) in enumerate(full)]
    fresh = count()

    def build(context: Sequence[tuple[RawContext, Subject]]) -> Callable[[int], object]:
        return lambda number: builder.build(*context[number % len(context)])

    found = [
        clocked("build the attempt, headers only", calls, build(bare)),
        clocked("build the attempt, with EncodedData", calls, build(full)),
        clocked(
            "parse an agent never seen before",
            min(calls, 2000),
            lambda _: parse_agent(
                f"Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/{next(fresh)} Firefox/144.0"
            ),
        ),
    ]
    report.table("From a raw context to an attempt", _HEADER, [one.row() for one in found])
    return found


def _print_history(
    report: Report, builder: AttemptBuilder, engine: Engine, name: str, sign_ins: int, calls: int
) -> list[Clocked]:
    profile, policy = _lived(builder, sign_ins), Policy()
    home, away = Visit("anna", NOW, 1, 1), Visit("anna", NOW, 977, 9001, is_abroad=True)
    usual, strange = (builder.build(visit.raw(), visit.subject()).attempt for visit in (home, away))
    assessment, record = engine.assess(usual, profile), wire.to_record(profile)
    conclusion = engine.conclude(usual, profile, assessment, _RIGHT)
    found = [
        clocked(f"assess, as usual, {name}", calls, lambda _: engine.assess(usual, profile)),
        clocked(f"assess, all new, {name}", calls, lambda _: engine.assess(strange, profile)),
        clocked(f"decide, {name}", calls, lambda _: decide(assessment, policy)),
        clocked(
            f"conclude, {name}", calls, lambda n: engine.conclude(usual, profile, assessment, _RIGHT, str(n))
        ),
        clocked(f"observe, {name}", calls, lambda _: engine.observe(conclusion)),
        clocked(f"profile to bytes, {name}", calls, lambda _: wire.to_record(profile)),
        clocked(f"profile from bytes, {name}", calls, lambda _: wire.from_record(Profile, record)),
        *asyncio.run(_stored(profile, name, min(calls, 1000))),
    ]
    title = f"{name}: a profile of {len(record):,} bytes; {assessment.score} points as usual"
    title += f", {engine.assess(strange, profile).score} all new"
    report.table(title, _HEADER, [[one.name.removesuffix(f", {name}"), *one.row()[1:]] for one in found])
    return found


async def _stored(profile: Profile, name: str, calls: int) -> list[Clocked]:
    """The same profile through a SQLite file: read, and written durably in a commit of its own."""
    with tempfile.TemporaryDirectory() as folder:
        storage = await open_storage(f"sqlite:///{Path(folder) / 'profiles.db'}")
        try:
            await storage.migrate()
            return [
                Clocked(f"profile written durably, {name}", await _writes(storage, profile, calls)),
                Clocked(f"profile read and decoded, {name}", await _reads(storage, calls)),
            ]
        finally:
            await storage.close()


async def _writes(storage: Storage, profile: Profile, calls: int) -> list[float]:
    micros = []
    for version in range(min(calls, 300)):
        began = perf_counter()
        async with storage.transaction() as tx:
            tx.profiles.save(_POOL, "anna", StoredProfile(profile, version))
        micros.append((perf_counter() - began) * 1e6)
    return micros


async def _reads(storage: Storage, calls: int) -> list[float]:
    micros = []
    for _ in range(calls):
        began = perf_counter()
        found: Any = await storage.profiles.find(_POOL, "anna")
        micros.append((perf_counter() - began) * 1e6)
        assert found.version
    return micros


if __name__ == "__main__":
    main()
