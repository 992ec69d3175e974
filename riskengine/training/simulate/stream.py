"""A whole stream: people, attackers and verdicts, as lines of an attempts file in the order of time."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from riskengine.training.simulate import rates
from riskengine.training.simulate.attackers import Attackers, Try
from riskengine.training.simulate.browsers import DAY
from riskengine.training.simulate.people import Life, Neighbourhood, Visit
from riskengine.training.simulate.world import World

_BEGAN = 1_780_012_800.0  # a Friday, midnight UTC
_HOUR = 3600.0
Line = dict[str, Any]
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to make up.

    Args:
        seed: the same plan always makes the same stream.
        users: people with accounts.
        days: how long.
        countries: where they live, with weights.
        verdicts_until: share of the stream during which somebody says what events were; 0 for none.
    """

    seed: int
    users: int = 500
    days: int = 75
    countries: Mapping[str, float] | None = None
    verdicts_until: float = 0.0


def simulate(plan: Plan, progress: Progress = lambda _: None) -> list[Line]:
    """The stream's lines, oldest first."""
    rng = Random(plan.seed)
    countries = dict(plan.countries or {"NO": 1.0})
    world = World.load(tuple(countries))
    people = Neighbourhood(world, countries, _BEGAN, rng).people(plan.users, plan.days)
    lines: list[Line] = []
    for done, person in enumerate(people, 1):
        for visit in Life(person, world, _BEGAN, rng).visits(plan.days):
            lines += _good(visit, rng)
        progress(done)
    ended = _BEGAN + plan.days * DAY
    for attempt in Attackers(people, world, (_BEGAN, ended), rng).tries():
        if attempt.time < ended:
            lines.append(_bad(attempt, rng))
    lines.sort(key=_time)
    for number, line in enumerate(lines, 1):
        line["id"] = f"e{number}"
    # Of their own chance: the same lives with and without verdicts.
    told = _verdicts(lines, plan, Random(f"{plan.seed} verdicts"))
    return sorted(itertools.chain(lines, told), key=_time)


def _time(line: Line) -> float:
    return float(line["time"])


def _good(visit: Visit, rng: Random) -> Iterator[Line]:
    def line(time: float, *, password_ok: bool, passed: bool | None) -> Line:
        return {
            "id": "",
            "time": round(time, 3),
            "user": visit.user,
            "ip": visit.ip,
            "headers": visit.browser.headers(visit.time),
            "device": visit.browser.fields(visit.time, visit.zone, rng),
            "password_ok": password_ok,
            "challenge_passed": passed,
            "label": "legit",
        }

    if rng.random() < rates.TYPOS:
        yield line(visit.time - rng.uniform(5.0, 60.0), password_ok=False, passed=None)
    yield line(visit.time, password_ok=True, passed=rng.random() < rates.OWNER_PASSES)


def _bad(attempt: Try, rng: Random) -> Line:
    return {
        "id": "",
        "time": round(attempt.time, 3),
        "user": attempt.user,
        "ip": attempt.ip,
        "headers": attempt.headers,
        "device": attempt.fields,
        "password_ok": attempt.password_ok,
        "challenge_passed": rng.random() < rates.THIEF_PASSES if attempt.password_ok else None,
        "label": attempt.kind,
    }


def _verdicts(lines: list[Line], plan: Plan, rng: Random) -> Iterator[Line]:
    """What people and operators say: of many attacks, of some good sign-ins from somewhere new."""
    until = _BEGAN + plan.verdicts_until * plan.days * DAY
    seen: set[tuple[str, str]] = set()
    for line in lines:
        if line["time"] >= until:
            return
        if not line["password_ok"]:
            continue
        is_good = line["label"] == "legit"
        neighbourhood = (line["user"], line["ip"].rpartition(".")[0])
        is_novel = is_good and neighbourhood not in seen
        if is_good:
            seen.add(neighbourhood)
        if rng.random() >= (rates.TOLD_ATTACKS if not is_good else rates.TOLD_NOVELTIES if is_novel else 0.0):
            continue
        is_right = rng.random() >= rates.WRONG_VERDICTS
        value = "Valid" if is_good is is_right else "Invalid"
        time = line["time"] + rng.uniform(*rates.VERDICT_HOURS) * _HOUR
        yield {"time": round(time, 3), "feedback": {"id": line["id"], "value": value}}
