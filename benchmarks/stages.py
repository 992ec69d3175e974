"""Where does the time of one password sign-in go, and how much of it is risk?"""

import argparse
import asyncio
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import floor
import inside
import servers
from people import Mode, settle
from reports import Report, percentile
from stopwatch import Stopwatch

from riskengine import api
from riskengine.flows import lookup
from riskengine.flows.services import Services
from riskengine.flows.sign_in import conduct, pipeline, start
from riskengine.flows.sign_in.steps import decide_risk
from riskengine.flows.token_issuer import NewSession, TokenIssuer
from riskengine.risk import Engine
from riskengine.server import gateway, metrics, validation
from riskengine.server.run import run
from riskengine.storage.sqlite import SqliteFile
from riskengine.storage.tables.events import Events
from riskengine.storage.tables.profiles import Profiles
from riskengine.storage.tables.sessions import Sessions
from riskengine.storage.tables.sign_ins import SignIns
from riskengine.tokens import jwt

_MODES: tuple[Mode, ...] = ("OFF", "AUDIT", "ENFORCED")
_WHOLE = "the rest of the gateway"

# Stage -> what is wrapped for it: (owner, attribute). A stage's time leaves out that of stages inside it.
_STAGES: tuple[tuple[str, tuple[tuple[Any, str], ...]], ...] = (
    (_WHOLE, ((gateway.Gateway, "__call__"),)),
    ("read the body", ((gateway, "read_body"),)),
    ("headers", ((gateway, "clean_headers"),)),
    ("decode and validate", ((validation, "decode"),)),
    ("read client and pool", ((lookup, "client_by_id"), (lookup, "pool"))),
    ("read user, failures, profile and groups", ((SignIns, "find"),)),
    ("risk: build the attempt", ((start, "observe"),)),
    ("risk: policy", ((start, "policy_for"),)),
    ("risk: assess", ((Engine, "assess"),)),
    ("risk: decide", ((decide_risk, "decide"),)),
    ("risk: learn (conclude)", ((Engine, "conclude"),)),
    ("risk: write the profile", ((Profiles, "save"),)),
    ("risk: observe", ((Engine, "observe"),)),
    ("risk: the rest of its steps", ((conduct, "with_lesson"),)),
    ("tokens: claims", ((TokenIssuer, "begin_session"),)),
    ("tokens: signatures that outlast the commit", ((NewSession, "tokens"),)),
    ("write the session", ((Sessions, "add"),)),
    ("write the event", ((Events, "add"),)),
    ("commit (durable)", ((SqliteFile, "commit"),)),
    ("metrics", ((conduct, "count_sign_in"), (metrics, "record"))),
    ("encode the answer", ((api.wire, "encode"),)),
)
_RISK_STEPS = ("assess_risk", "decide_risk")
_SCORING = ("risk: assess", "risk: decide")
_HTTP = "HTTP and the loop itself"
_BESIDE = (inside.SIGNATURES, inside.WRITER, inside.OTHERS)
_CROWDED = f"{_MODES[-1]}, {floor.MANY} connections: CPU"


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


@dataclass
class Measured:
    """What the sign-ins under the watch brought."""

    by_mode: dict[Mode, list[dict[str, float]]] = field(default_factory=lambda: defaultdict(list))
    latencies: dict[Mode, list[float]] = field(default_factory=lambda: defaultdict(list))
    crowded: list[dict[str, float]] = field(default_factory=list)  # µs of processor time a sign-in
    signatures: list[float] = field(default_factory=list)  # µs of two, when nothing else runs


def main() -> None:
    options = _options()
    report = Report(__doc__)
    with tempfile.TemporaryDirectory() as folder, servers.Load.started() as load:
        with floor.pool_of_cores() as cores:
            beneath = run(floor.measure(Path(folder) / "floor.db", load, cores, options))
        watch = installed()
        measured = run(_measure(Path(folder) / "stages.db", load, watch, options))
    _print(report, measured, beneath, watch)
    floor.print_floor(report, beneath)
    if not options.brief:
        figures = {"crowded_us": measured.crowded, "floor": floor.figures(beneath)}
        report.save("stages", figures | {"medians_us": {m: _at(o, 0.5) for m, o in measured.by_mode.items()}})


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="length of one measurement")
    parser.add_argument("--rounds", type=int, default=5, help="each round measures every mode once")
    parser.add_argument("--users", type=int, default=64)
    parser.add_argument("--brief", action="store_true", help="save nothing")
    return parser.parse_args()


async def _measure(
    database: Path, load: servers.Load, watch: Stopwatch, options: argparse.Namespace
) -> Measured:
    """Sign-ins from another process, the modes taking turns; then as many at once as fill the process."""
    measured = Measured()
    async with inside.riskengine(database) as (services, server):
        crowds = {mode: await asyncio.to_thread(settle, server, options.users, mode) for mode in _MODES}
        for _ in range(options.rounds):
            for mode, crowd in crowds.items():
                order = crowd.order("InitiateAuth", 1, options.seconds, 0.3)
                watch.expect(many=False)
                result = await asyncio.to_thread(load.measure, order)
                measured.by_mode[mode] += watch.sign_ins[-result["count"] :]
                measured.latencies[mode].append(result["p50_ms"] * 1e3)
            order = crowds[_MODES[-1]].order("InitiateAuth", floor.MANY, options.seconds, 0.3)
            watch.expect(many=True)
            before = inside.processor_seconds()
            result = await asyncio.to_thread(load.measure, order)
            after = inside.processor_seconds()
            inner = sum(watch.processor.values())
            watch.processor[_HTTP] = after[inside.LOOP] - before[inside.LOOP] - inner
            for threads in _BESIDE:
                watch.processor[threads] = after[threads] - before[threads]
            count = result["answered"]
            measured.crowded.append({stage: took / count * 1e6 for stage, took in watch.processor.items()})
        measured.signatures = await _two_signatures(services, crowds["OFF"].pool)
    return measured


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


def _print(report: Report, measured: Measured, beneath: floor.Measured, watch: Stopwatch) -> None:
    signing = [seconds * 1e6 for seconds in watch.signatures]
    _print_stages(report, measured)
    _print_risk(report, measured, _unwatched(beneath))
    report.note(
        f"Two RS256 signatures side by side take {statistics.median(measured.signatures):,.0f} µs "
        f"(p99 {percentile(measured.signatures, 0.99):,.0f}) when no sign-in runs; during the sign-ins one "
        f"took {statistics.median(signing):,.0f} µs in its thread. The watch costs "
        f"{sum(_crowded(measured).values()) - _unwatched(beneath):,.0f} µs of processor time a sign-in "
        f"at {floor.MANY} connections."
    )


def _print_stages(report: Report, measured: Measured) -> None:
    by_mode = measured.by_mode
    columns = [*(_at(ones, 0.5) for ones in by_mode.values()), _at(by_mode[_MODES[-1]], 0.1)]
    crowded = _crowded(measured)
    rows = [
        [stage, *(f"{column.get(stage, 0.0):,.0f}" for column in columns), f"{crowded.get(stage, 0.0):,.0f}"]
        for stage in _order(by_mode)
    ]
    outside = (_HTTP, *_BESIDE)
    inner = sum(took for stage, took in crowded.items() if stage not in outside)
    totals = [f"{column['total']:,.0f}" for column in columns]
    rows.append(["in the gateway, all in all", *totals, f"{inner:,.0f}"])
    rows += [[part, *("" for _ in columns), f"{crowded[part]:,.0f}"] for part in outside]
    seen = [f"{statistics.median(values):,.0f}" for values in measured.latencies.values()]
    rows.append(["as the client sees it", *seen, "", ""])
    report.table(
        "One sign-in in µs, each stage without those inside it: medians over one connection, and processor"
        f" time over {floor.MANY}",
        ["stage", *by_mode, f"{_MODES[-1]} p10", _CROWDED],
        rows,
    )


def _print_risk(report: Report, measured: Measured, all_cpu: float) -> None:
    """Shares are of a sign-in's own whole, then the median of them; of many, of the whole without a watch."""
    modes = list(measured.by_mode.values())
    whole = [[one["total"] * 1e6 for one in ones] for ones in modes]
    scoring = [[_sum_of(one, _SCORING) * 1e6 for one in ones] for ones in modes]
    risk = [[_risk_of(one) * 1e6 for one in ones] for ones in modes]
    many = _crowded(measured)
    rows = [
        ["all risk work, µs: median", *map(_median, risk), f"{_risk_of(many):,.0f}"],
        ["all risk work, µs: p99", *map(_p99, risk), ""],
        ["all risk work, share of the whole", *map(_share, risk, whole), f"{_risk_of(many) / all_cpu:.1%}"],
        ["assess and decide, µs: median", *map(_median, scoring), f"{_sum_of(many, _SCORING):,.0f}"],
        [
            "assess and decide, share of the whole",
            *map(_share, scoring, whole),
            f"{_sum_of(many, _SCORING) / all_cpu:.1%}",
        ],
        [
            "the whole (the gateway; all threads' CPU, unwatched), µs: median",
            *map(_median, whole),
            f"{all_cpu:,.0f}",
        ],
        ["the whole, µs: p99", *map(_p99, whole), ""],
        ["sign-ins measured", *(f"{len(ones):,}" for ones in modes), ""],
    ]
    report.table("Risk beside the whole", ["", *measured.by_mode, _CROWDED], rows)


def _unwatched(beneath: floor.Measured) -> float:
    """µs of processor time of one of many sign-ins, all threads, with no watch in it."""
    return statistics.median(one["whole"] for one in beneath.whole["ENFORCED", floor.MANY])


def _crowded(measured: Measured) -> dict[str, float]:
    """µs of processor time a sign-in by stage, the median of the rounds."""
    stages = {stage for one in measured.crowded for stage in one}
    return {
        stage: statistics.median(one.get(stage, 0.0) for one in measured.crowded) for stage in sorted(stages)
    }


def _median(values: Sequence[float]) -> str:
    return f"{statistics.median(values):,.0f}"


def _p99(values: Sequence[float]) -> str:
    return f"{percentile(values, 0.99):,.0f}"


def _share(parts: Sequence[float], wholes: Sequence[float]) -> str:
    shares = [part / whole for part, whole in zip(parts, wholes, strict=True)]
    return f"{statistics.median(shares):.1%}"


def _at(ones: list[dict[str, float]], share: float) -> dict[str, float]:
    """Microseconds of each stage that a share of the sign-ins do not exceed."""
    stages = {stage for one in ones for stage in one}
    return {stage: percentile([one.get(stage, 0.0) for one in ones], share) * 1e6 for stage in stages}


def _order(by_mode: dict[Mode, list[dict[str, float]]]) -> list[str]:
    """Stages that took time, the longest first."""
    everything = [one for ones in by_mode.values() for one in ones]
    stages = {stage for one in everything for stage in one} - {"total"}
    return sorted(stages, key=lambda stage: -statistics.fmean(one.get(stage, 0.0) for one in everything))


def _sum_of(one: dict[str, float], stages: Sequence[str]) -> float:
    return sum(one.get(stage, 0.0) for stage in stages)


def _risk_of(one: dict[str, float]) -> float:
    """All risk stages together."""
    return sum(took for stage, took in one.items() if stage.startswith("risk: "))


if __name__ == "__main__":
    main()
