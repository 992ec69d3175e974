"""A whole stream: people, attackers and verdicts, as lines of an attempts file in the order of time."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
from itertools import chain
from math import exp, log
from random import Random
from typing import Any

from riskengine.base.bundle import data_file
from riskengine.training.simulate import rates
from riskengine.training.simulate.attackers import Attackers, Try
from riskengine.training.simulate.browsers import DAY
from riskengine.training.simulate.floods import Floods
from riskengine.training.simulate.lives import Life
from riskengine.training.simulate.people import Neighbourhood, Person, Visit
from riskengine.training.simulate.world import World

BEGAN = 1_771_200_000.0  # Monday 16 February 2026, midnight UTC
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
        collected: share of people whose application sends device data.
    """

    seed: int
    users: int = 500
    days: int = 75
    countries: Mapping[str, float] | None = None
    verdicts_until: float = 0.0
    collected: float = rates.COLLECTED


def simulate(plan: Plan, progress: Progress = lambda _: None) -> list[Line]:
    """The stream's lines, oldest first."""
    world = World(plan.seed, plan.countries or {"NO": 1.0})
    people = _people(plan, world)
    tor = _addresses("tor-exits.txt")
    lines: list[Line] = []
    for done, person in enumerate(people, 1):
        rng = Random(f"{plan.seed} ends {person.name}")
        life = Life(person, world, BEGAN, plan.seed, tor)
        lines.extend(_good(visit, rng) for visit in life.visits(plan.days))
        progress(done)
    lines += _bad_lines(plan, people, world, tor)
    lines.sort(key=_time)
    for number, line in enumerate(lines, 1):
        line["id"] = f"e{number}"
    told = list(_verdicts(lines, plan))
    for line in lines:
        del line["odd"]
    return sorted(chain(lines, told), key=_time)


def _people(plan: Plan, world: World) -> list[Person]:
    countries = plan.countries or {"NO": 1.0}
    neighbourhood = Neighbourhood(world, countries, BEGAN, plan.days)
    return neighbourhood.people(plan.users, plan.collected, plan.seed)


def _bad_lines(plan: Plan, people: list[Person], world: World, tor: tuple[str, ...]) -> Iterator[Line]:
    span = (BEGAN, BEGAN + plan.days * DAY)
    count = max(rates.FEWEST_SUCCESSES, round(rates.SUCCESSES * plan.users / 100))
    listed = [int(IPv4Address(text)) for text in _addresses("attack-ips.txt")]
    rng = Random(f"{plan.seed} thieves")
    aimed = Attackers(people, world, span, plan.seed, tor).tries(count)
    bulk = Floods(people, world, span, plan.seed, listed).tries(count)
    return (_bad(attempt, rng) for attempt in chain(aimed, bulk) if attempt.time < span[1])


def _addresses(name: str) -> tuple[str, ...]:
    """The IPv4 addresses of a bundled list."""
    lines = data_file(name).read_text(encoding="utf-8").splitlines()
    found = (line.split()[0] for line in lines if line.strip() and not line.startswith("#"))
    return tuple(text for text in found if ":" not in text and "/" not in text)


def _time(line: Line) -> float:
    return float(line["time"])


def _good(visit: Visit, rng: Random) -> Line:
    passes = rates.TRAVELLER_PASSES if visit.is_abroad else rates.OWNER_PASSES
    return {
        "id": "",
        "time": round(visit.time, 3),
        "user": visit.user,
        "ip": visit.ip,
        "headers": visit.look.headers,
        "device": visit.look.fields,
        "password_ok": visit.password_ok,
        "challenge_passed": rng.random() < passes if visit.password_ok else None,
        "label": "legit",
        "odd": visit.is_odd or visit.is_abroad,
    }


def _bad(attempt: Try, rng: Random) -> Line:
    return {
        "id": "",
        "time": round(attempt.time, 3),
        "user": attempt.user,
        "ip": attempt.ip,
        "headers": attempt.look.headers,
        "device": attempt.look.fields,
        "password_ok": attempt.password_ok,
        "challenge_passed": rng.random() < rates.THIEF_PASSES if attempt.password_ok else None,
        "label": attempt.kind,
        "odd": True,
    }


def _verdicts(lines: list[Line], plan: Plan) -> Iterator[Line]:
    """What people and operators say, late: of many attacks, of good sign-ins that look odd, of few others."""
    # Of their own chance: the same lives with and without verdicts.
    rng = Random(f"{plan.seed} verdicts")
    until = BEGAN + plan.verdicts_until * plan.days * DAY
    median, spread = rates.VERDICT_HOURS
    for line in lines:
        if line["time"] >= until:
            return
        if not line["password_ok"]:
            continue
        is_good = line["label"] == "legit"
        share = (
            rates.TOLD_ATTACKS if not is_good else rates.TOLD_NOVELTIES if line["odd"] else rates.TOLD_OTHERS
        )
        if rng.random() >= share:
            continue
        is_right = rng.random() >= rates.WRONG_VERDICTS
        value = "Valid" if is_good is is_right else "Invalid"
        time = line["time"] + exp(rng.gauss(log(median), spread)) * _HOUR
        yield {"time": round(time, 3), "feedback": {"id": line["id"], "value": value}}
