"""Where does the time of one password sign-in go, and how much of it is risk?"""

import argparse
import asyncio
import inspect
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import servers
from people import Mode, settle
from reports import Report, percentile

from riskengine import api, telemetry
from riskengine.base.secret import Secret
from riskengine.config import Settings
from riskengine.flows import lookup
from riskengine.flows.access_keys import create_access_key
from riskengine.flows.services import Services
from riskengine.flows.sign_in import conduct, pipeline, start
from riskengine.flows.sign_in.steps import decide_risk
from riskengine.flows.token_issuer import TokenIssuer
from riskengine.risk import Engine
from riskengine.server import gateway, metrics, validation
from riskengine.server.app import create_app
from riskengine.server.run import bind, listening, run
from riskengine.storage.sqlite import SqliteFile
from riskengine.storage.tables.events import Events
from riskengine.storage.tables.groups import Groups
from riskengine.storage.tables.lockouts import Lockouts
from riskengine.storage.tables.profiles import Profiles
from riskengine.storage.tables.sessions import Sessions
from riskengine.storage.tables.users import Users
from riskengine.tokens import jwt
from riskengine.tokens.claims import Claims
from riskengine.tokens.keys import SigningKey
from riskengine.wiring import open_house

_MODES: tuple[Mode, ...] = ("OFF", "AUDIT", "ENFORCED")
_WHOLE = "the rest of the gateway"

# Stage -> what is wrapped for it: (owner, attribute). A stage's time leaves out that of stages inside it.
_STAGES: tuple[tuple[str, tuple[tuple[Any, str], ...]], ...] = (
    (_WHOLE, ((gateway.Gateway, "__call__"),)),
    ("read the body", ((gateway, "read_body"),)),
    ("headers", ((gateway, "clean_headers"),)),
    ("decode and validate", ((validation, "decode"),)),
    ("read client and pool", ((lookup, "client_by_id"), (lookup, "pool"))),
    ("read user", ((Users, "find"),)),
    ("risk: build the attempt", ((start, "observe"),)),
    ("risk: policy", ((start, "policy_for"),)),
    ("risk: read the profile", ((Profiles, "find"),)),
    ("risk: assess", ((Engine, "assess"),)),
    ("risk: decide", ((decide_risk, "decide"),)),
    ("risk: learn (conclude)", ((Engine, "conclude"),)),
    ("risk: write the profile", ((Profiles, "save"),)),
    ("risk: observe", ((Engine, "observe"),)),
    ("risk: the rest of its steps", ((conduct, "with_lesson"),)),
    ("read lockout", ((Lockouts, "find"),)),
    ("read groups", ((Groups, "of_user"),)),
    ("tokens: claims, two signatures", ((TokenIssuer, "tokens_of"),)),
    ("write the session", ((Sessions, "add"),)),
    ("write the event", ((Events, "add"),)),
    ("commit (durable)", ((SqliteFile, "commit"),)),
    ("metrics", ((conduct, "count_sign_in"), (metrics, "record"))),
    ("encode the answer", ((api.wire, "encode"),)),
)
_RISK_STEPS = ("assess_risk", "decide_risk")


class Stopwatch:
    """Own time of each stage of the sign-in that is under way; one at a time."""

    def __init__(self) -> None:
        self.sign_ins: list[dict[str, float]] = []
        self.signatures: list[float] = []
        self._open: list[tuple[str, float]] = []
        self._now: dict[str, float] = defaultdict(float)
        self._mark = 0.0

    def enter(self, stage: str) -> None:
        """A stage begins; the one around it pauses."""
        self._charge()
        self._open.append((stage, self._mark))

    def leave(self) -> None:
        """The innermost stage ends; the outermost one's end is a sign-in's."""
        self._charge()
        _, began = self._open.pop()
        if not self._open:
            self._now["total"] = self._mark - began
            self.sign_ins.append(dict(self._now))
            self._now.clear()

    def _charge(self) -> None:
        now = perf_counter()
        if self._open:
            self._now[self._open[-1][0]] += now - self._mark
        self._mark = now

    def watch(self, owner: Any, name: str, stage: str) -> None:
        """Put the watch around a function, a method or a coroutine function."""
        inner = getattr(owner, name)
        wrapper = self._around_async if inspect.iscoroutinefunction(inner) else self._around
        setattr(owner, name, wrapper(inner, stage))

    def _around(self, inner: Callable[..., Any], stage: str) -> Callable[..., Any]:
        def timed(*args: Any, **kwargs: Any) -> Any:
            self.enter(stage)
            try:
                return inner(*args, **kwargs)
            finally:
                self.leave()

        return timed

    def _around_async(self, inner: Callable[..., Any], stage: str) -> Callable[..., Any]:
        async def timed(*args: Any, **kwargs: Any) -> Any:
            self.enter(stage)
            try:
                return await inner(*args, **kwargs)
            finally:
                self.leave()

        return timed

    def watch_signatures(self) -> None:
        """Signatures run in threads, beside the loop: their time stands apart."""
        inner = jwt.sign

        def timed(key: SigningKey, claims: Claims) -> Secret:
            began = perf_counter()
            signed = inner(key, claims)
            self.signatures.append(perf_counter() - began)
            return signed

        jwt.sign = timed


def installed() -> Stopwatch:
    """A stopwatch around every stage."""
    watch = Stopwatch()
    for stage, places in _STAGES:
        for owner, name in places:
            watch.watch(owner, name, stage)
    for step in pipeline.STEPS:
        name = str(getattr(step, "__name__", step)).rpartition(".")[2]
        is_risk = name in _RISK_STEPS
        watch.watch(step, "perform", "risk: the rest of its steps" if is_risk else f"step: {name}")
    watch.watch_signatures()
    return watch


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="length of one measurement")
    parser.add_argument("--rounds", type=int, default=5, help="each round measures every mode once")
    parser.add_argument("--users", type=int, default=64)
    parser.add_argument("--brief", action="store_true", help="save nothing")
    options = parser.parse_args()
    watch = installed()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            port=0, database=f"sqlite:///{Path(folder) / 'stages.db'}", trusted_proxies=("127.0.0.1/32",)
        )
        by_mode, latencies, floor = run(_measured(settings, watch, options))
    _print(by_mode, latencies, floor, watch, save=not options.brief)


async def _measured(settings: Settings, watch: Stopwatch, options: argparse.Namespace) -> Any:
    """Sign-ins over one connection, from another process, the modes taking turns."""
    telemetry.configure("warning")
    listener, settings = bind(settings)
    by_mode: dict[str, list[dict[str, float]]] = defaultdict(list)
    latencies: dict[str, list[float]] = defaultdict(list)
    with listener:
        async with open_house(settings) as services, listening(create_app(services), listener) as url:
            key, secret = await create_access_key(services, "benchmark")
            server = servers.Server("riskengine", url, (key.id, secret.reveal()), 0)
            crowds = {mode: await asyncio.to_thread(settle, server, options.users, mode) for mode in _MODES}
            with servers.Load.started() as load:
                for _ in range(options.rounds):
                    for mode, crowd in crowds.items():
                        order = crowd.order("InitiateAuth", 1, options.seconds, 0.3)
                        watch.sign_ins.clear()
                        result = await asyncio.to_thread(load.measure, order)
                        by_mode[mode] += watch.sign_ins[-result["count"] :]
                        latencies[mode].append(result["p50_ms"] * 1e3)
            floor = await _two_signatures(services, crowds["OFF"].pool)
    return by_mode, latencies, floor


async def _two_signatures(services: Services, pool: str) -> list[float]:
    """Microseconds of two signatures as a sign-in makes them: side by side, in the service's threads."""
    keys, claims = await services.tokens.keys_of(pool), {"sub": "x" * 36, "scope": "y" * 400}
    taken = []
    for _ in range(300):
        began = perf_counter()
        await asyncio.gather(
            services.offload.run(jwt.sign, keys.id, claims),
            services.offload.run(jwt.sign, keys.access, claims),
        )
        taken.append((perf_counter() - began) * 1e6)
    return taken


def _print(
    by_mode: dict[str, list[dict[str, float]]],
    latencies: dict[str, list[float]],
    floor: list[float],
    watch: Stopwatch,
    *,
    save: bool,
) -> None:
    report = Report(__doc__)
    stages = _order(by_mode)
    medians = {mode: _at(ones, stages, 0.5) for mode, ones in by_mode.items()}
    columns = [*medians.values(), _at(by_mode[_MODES[-1]], stages, 0.1)]
    totals = {mode: [one["total"] * 1e6 for one in ones] for mode, ones in by_mode.items()}
    middle = {mode: statistics.median(values) for mode, values in totals.items()}
    seen = {mode: statistics.median(values) for mode, values in latencies.items()}
    rows = [[stage, *(f"{column[stage]:,.0f}" for column in columns)] for stage in stages]
    quick = percentile(totals[_MODES[-1]], 0.1)
    rows.append(["in the gateway, all in all", *(f"{us:,.0f}" for us in (*middle.values(), quick))])
    rows.append(["as the client sees it", *(f"{us:,.0f}" for us in seen.values()), ""])
    header = ["stage", *by_mode, f"{_MODES[-1]} p10"]
    report.table("One sign-in, medians in µs, each stage without those inside it", header, rows)

    risk = {mode: _risk_of(ones) for mode, ones in by_mode.items()}
    signing = [seconds * 1e6 for seconds in watch.signatures]
    report.table(
        "Risk beside the whole",
        ["", *by_mode],
        [
            ["risk, µs: median", *(f"{statistics.median(risk[mode]):,.0f}" for mode in by_mode)],
            ["risk, µs: p99", *(f"{percentile(risk[mode], 0.99):,.0f}" for mode in by_mode)],
            [
                "share of the gateway's time",
                *(f"{statistics.median(risk[mode]) / middle[mode]:.1%}" for mode in by_mode),
            ],
            ["gateway, µs: p99", *(f"{percentile(totals[mode], 0.99):,.0f}" for mode in by_mode)],
            ["sign-ins measured", *(f"{len(by_mode[mode]):,}" for mode in by_mode)],
        ],
    )
    report.note(
        f"The floor: two RS256 signatures side by side take {statistics.median(floor):,.0f} µs "
        f"(p99 {percentile(floor, 0.99):,.0f}) when no sign-in runs; during the sign-ins one took "
        f"{statistics.median(signing):,.0f} µs in its thread."
    )
    if save:
        report.save("stages", {"medians_us": medians, "gateway_us": middle, "client_us": seen})


def _at(ones: list[dict[str, float]], stages: list[str], share: float) -> dict[str, float]:
    """Microseconds of each stage that a share of the sign-ins do not exceed."""
    return {stage: percentile([one.get(stage, 0.0) for one in ones], share) * 1e6 for stage in stages}


def _order(by_mode: dict[str, list[dict[str, float]]]) -> list[str]:
    """Stages that took time, the longest first."""
    everything = [one for ones in by_mode.values() for one in ones]
    stages = {stage for one in everything for stage in one} - {"total"}
    return sorted(stages, key=lambda stage: -statistics.fmean(one.get(stage, 0.0) for one in everything))


def _risk_of(ones: list[dict[str, float]]) -> list[float]:
    """Microseconds of all risk stages together, of each sign-in."""
    return [sum(took for stage, took in one.items() if stage.startswith("risk: ")) * 1e6 for one in ones]


if __name__ == "__main__":
    main()
