"""How a profile learns, forgets, distrusts and forgives; each verb answers with a new profile.

Taking an event out again is exact for values first seen with it, whatever came through them later: the
whole value goes. Where the event only added to older habits, its weight is taken off them, and off the cell
it would fall into now. The cells of later sign-ins and the hour it fell on cannot be told apart: they fade.
"""

from dataclasses import replace
from typing import Final

from riskengine.risk.attempt import Attempt, Network
from riskengine.risk.cells import Cell, Standing, block, locate
from riskengine.risk.decay import DAY, day_of, faded
from riskengine.risk.geography import distance_km
from riskengine.risk.profile import (
    ALARM_HALF_LIFE,
    CAPS,
    FAILURE_HALF_LIFE,
    FORGET,
    HALF_LIFE,
    PLACES,
    PROVEN,
    TAINT_DAYS,
    TAINTS,
    UNIT,
    Mark,
    Place,
    Profile,
    facts,
    left_of,
    trust_in,
)

_BURST = 0.25  # weight in the cells of a further sign-in on the same day, address and device
_SAME_PLACE_KM = 50.0
_ACCURACY_KM = 50.0
_EVENTS = 2
_VERDICTS = 8
_ESTABLISHED = 2.0  # weight from which Invalid feedback does not turn a habit against its owner
_OWN_FAILURE = 0.3  # of a failure: the owner's own device at a known address
_MOST_FAILURES = 1000.0
_MOST_ALARM = 2.0
_SWEEP = 7  # days between sweeps; a look-up overlooks what is forgotten anyway
_TAINTABLE = ("device", "ip", "prefix", "asn", "agent")

Habits = dict[str, dict[str, Mark]]
_NO_MARKS: Final[dict[str, Mark]] = {}


def learn(profile: Profile, attempt: Attempt, weight: float = 1.0, event_id: str | None = None) -> Profile:
    """Take a good sign-in into the habits; an event id among the latest learned teaches nothing twice.

    Args:
        profile: the user's habits so far.
        attempt: the sign-in's facts.
        weight: 1 for a sign-in; a value gains at most that much in one day.
        event_id: names the sign-in, so that a repeated call is harmless.
    """
    if event_id is not None and event_id in profile.events:
        return profile
    values = facts(attempt)
    standing = Standing(values, locate(profile, values, attempt.time), None)
    return teach(profile, attempt, standing, round(weight * UNIT), event_id)


def teach(
    profile: Profile, attempt: Attempt, standing: Standing, weight: int, event_id: str | None = None
) -> Profile:
    """Learn an attempt whose standing is known; weight in thousandths of a sign-in."""
    values, cell = standing.facts, standing.cell
    day = max(day_of(attempt.time), profile.day)
    keep = faded(1.0, day - profile.day, HALF_LIFE)
    gain = round(weight * _BURST) if _met_today(profile, values, day) else weight
    cells = _aged(profile.cells, keep)
    if profile.learned and not cell.is_blank:
        _spread(cells, cell, gain)
    hours = _aged(profile.hours, keep)
    hours[int(attempt.time % DAY // 3600)] += gain
    known = _with_habits(profile, values, day, int(attempt.time), weight)
    at, mark = _position(attempt.network), (weight, day, int(attempt.time))
    return Profile(
        learned=profile.learned + 1,
        weight=sum(cells),
        day=day,
        first=profile.first or attempt.time,
        last=max(profile.last, attempt.time),
        cells=tuple(cells),
        hours=tuple(hours),
        known=known,
        versions=_with_version(profile.versions, known, values.get("family"), attempt.agent.browser_version),
        places=profile.places if at is None else _with_place(profile.places, at, mark),
        seen=_seen(profile, attempt, at),
        failures=profile.failures,
        failed=profile.failed,
        alarm=profile.alarm,
        alarmed=profile.alarmed,
        taints=profile.taints,
        judged=profile.judged,
        events=profile.events if event_id is None else (*profile.events, event_id)[-_EVENTS:],
    )


def unlearn(profile: Profile, attempt: Attempt, weight: float = 1.0) -> Profile:
    """Take a learned sign-in out again, as far as a bounded profile can (see above)."""
    values = facts(attempt)
    second, units = int(attempt.time), round(weight * UNIT)
    known: Habits = dict(profile.known)
    for name, value in values.items():
        mark = known.get(name, {}).get(value)
        if mark is None:
            continue
        rest = {key: other for key, other in known[name].items() if key != value}
        if mark[2] != second and mark[0] > units:
            rest[value] = (mark[0] - units, mark[1], mark[2])
        known[name] = rest
    cells = list(profile.cells)
    without = replace(profile, known=known)
    _spread(cells, locate(without, values, attempt.time), -units)
    return replace(
        without,
        learned=max(0, profile.learned - 1),
        weight=sum(cells),
        cells=tuple(cells),
        versions=_with_version(profile.versions, known, None, None),
        places=tuple(place for place in profile.places if place[4] != second),
        seen=None if profile.seen is not None and profile.seen[0] == attempt.time else profile.seen,
    )


def taint(profile: Profile, attempt: Attempt, strength: float = 1.0) -> Profile:
    """Distrust what an attack came with for half a year, and the user's sign-ins for a while.

    The better established a value was before, the less of it: an owner whose device was copied keeps it.
    """
    until = attempt.time + TAINT_DAYS * DAY
    day, values = day_of(attempt.time), facts(attempt)
    taints = {key: entry for key, entry in profile.taints.items() if entry[1] > attempt.time}
    for name, value in taint_keys(values):
        doubt = strength * (1.0 - _ownership(profile, name, values, day))
        if doubt > 0.0:
            key = f"{name}:{value}"
            taints[key] = (max(doubt, taints.pop(key, (0.0, 0.0))[0]), until)
    alarm = faded(profile.alarm, attempt.time - profile.alarmed, ALARM_HALF_LIFE)
    return replace(
        profile,
        taints=dict(list(taints.items())[-TAINTS:]),
        alarm=min(_MOST_ALARM, alarm + strength),
        alarmed=max(attempt.time, profile.alarmed),
    )


def _ownership(profile: Profile, name: str, values: dict[str, str], day: int) -> float:
    """How surely a value was the owner's before, from 0 for a new one to 1 for an established one."""
    parts = ("asn", "agent") if name == "mix" else (name,)
    return min(1.0, min(trust_in(profile, part, values[part], day) for part in parts) / _ESTABLISHED)


def trust(profile: Profile, attempt: Attempt, weight: float = 2.0) -> Profile:
    """Clear the taint of a sign-in that was the owner's after all, and learn it with some weight."""
    keys = {f"{name}:{value}" for name, value in taint_keys(facts(attempt))}
    taints = {key: entry for key, entry in profile.taints.items() if key not in keys}
    cleared = replace(profile, taints=taints, alarm=profile.alarm / 2)
    return learn(cleared, attempt, weight) if weight > 0.0 else cleared


def fail(profile: Profile, attempt: Attempt) -> Profile:
    """Count a failed sign-in; one from the owner's own device at a known address counts less."""
    day = day_of(attempt.time)
    is_own = trust_in(profile, "device", attempt.device.id, day) > 0.0
    is_own = is_own and trust_in(profile, "ip", attempt.network.ip, day) > 0.0
    before = faded(profile.failures, attempt.time - profile.failed, FAILURE_HALF_LIFE)
    failures = min(before + (_OWN_FAILURE if is_own else 1.0), _MOST_FAILURES)
    return replace(profile, failures=failures, failed=max(attempt.time, profile.failed))


def judged(profile: Profile, attempt: Attempt) -> bool | None:
    """What feedback already said of an event (Valid is true), None if nothing."""
    return next((valid for time, valid in profile.judged if time == attempt.time), None)


def with_verdict(profile: Profile, attempt: Attempt, *, valid: bool) -> Profile:
    """Note what feedback said of an event; the last word stands."""
    others = tuple(entry for entry in profile.judged if entry[0] != attempt.time)
    return replace(profile, judged=(*others, (attempt.time, valid))[-_VERDICTS:])


def taint_keys(values: dict[str, str]) -> list[tuple[str, str]]:
    """What of an attempt can be tainted: each value alone, and the client together with its provider."""
    keys: list[tuple[str, str]] = [(name, values[name]) for name in _TAINTABLE if name in values]
    if "asn" in values and "agent" in values:
        keys.append(("mix", f"{values['asn']}|{values['agent']}"))
    return keys


def _met_today(profile: Profile, values: dict[str, str], day: int) -> bool:
    """Whether today already taught this address and this device."""
    if profile.day < day:
        return False
    for name in ("ip", "device" if "device" in values else "agent"):
        mark = profile.known.get(name, _NO_MARKS).get(values.get(name, ""))
        if mark is None or mark[1] < day:
            return False
    return True


def _aged(counts: tuple[int, ...], keep: float) -> list[int]:
    # Most counts are nothing, and days without a turn are common.
    return list(counts) if keep == 1.0 else [round(count * keep) if count else 0 for count in counts]


def _spread(cells: list[int], cell: Cell, amount: int) -> None:
    indices = block(cell)
    part = round(amount / len(indices))
    for at in indices:
        cells[at] = max(0, cells[at] + part)


def _with_habits(profile: Profile, values: dict[str, str], day: int, second: int, weight: int) -> Habits:
    known: Habits = dict(profile.known)
    if day // _SWEEP > profile.day // _SWEEP:
        for name, marks in known.items():
            if any(day - mark[1] > FORGET for mark in marks.values()):
                known[name] = {value: mark for value, mark in marks.items() if day - mark[1] <= FORGET}
    for name, value in values.items():
        if not value:
            continue
        held = known.get(name, _NO_MARKS)
        mark = held.get(value)
        if mark is None:
            known[name] = {**_with_room(held, CAPS[name], day), value: (weight, day, second)}
        elif mark[1] < day:
            left = round(left_of(mark[0], day - mark[1]) * UNIT)
            known[name] = {**held, value: (left + weight, day, mark[2] if left else second)}
        elif weight > PROVEN:
            # One day buys one sign-in's trust, however many there are; only feedback adds more.
            known[name] = {**held, value: (mark[0] + weight - UNIT, mark[1], mark[2])}
        elif mark[0] < weight:
            known[name] = {**held, value: (weight, mark[1], mark[2])}
    return known


def _with_room(marks: dict[str, Mark], cap: int, day: int) -> dict[str, Mark]:
    if len(marks) < cap:
        return marks
    least = min(marks, key=lambda value: (left_of(marks[value][0], day - marks[value][1]), marks[value][1]))
    return {value: mark for value, mark in marks.items() if value != least}


def _with_version(
    versions: dict[str, int], known: Habits, family: str | None, version: int | None
) -> dict[str, int]:
    if family is not None and version is not None and version > versions.get(family, -1):
        versions = {**versions, family: version}
    families = known.get("family", {})
    if len(versions) <= len(families):
        return versions
    return {name: newest for name, newest in versions.items() if name in families}


def _position(network: Network) -> tuple[float, float] | None:
    if network.latitude is None or network.longitude is None:
        return None
    return network.latitude, network.longitude


def _seen(
    before: Profile, attempt: Attempt, at: tuple[float, float] | None
) -> tuple[float, float, float, float, str | None] | None:
    if at is None or (before.seen is not None and before.seen[0] > attempt.time):
        return before.seen
    return (attempt.time, *at, attempt.network.accuracy_km or _ACCURACY_KM, attempt.network.country)


def _with_place(places: tuple[Place, ...], at: tuple[float, float], mark: Mark) -> tuple[Place, ...]:
    gain, day, second = mark
    for index, place in enumerate(places):
        if distance_km(at, (place[0], place[1])) > _SAME_PLACE_KM:
            continue
        if place[3] >= day:
            return places
        weight = round(left_of(place[2], day - place[3]) * UNIT) + gain
        return (*places[:index], (place[0], place[1], weight, day, place[4]), *places[index + 1 :])
    kept = [place for place in places if day - place[3] <= FORGET]
    if len(kept) >= PLACES:
        kept.remove(min(kept, key=lambda place: left_of(place[2], day - place[3])))
    return (*kept, (at[0], at[1], gain, day, second))
