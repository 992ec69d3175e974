"""Small habits: language, time zone, header order, platform, screen, hour of the day."""

from math import log

from riskengine.risk.cells import (
    ANY_DEVICE,
    NEW_NETWORK,
    SAME_AGENT,
    SAME_COUNTRY,
    SAME_DEVICE,
    SAME_OS,
)
from riskengine.risk.decay import DAY
from riskengine.risk.model import HABITS, Habit
from riskengine.risk.population import browser_of
from riskengine.risk.profile import habit_in, usual
from riskengine.risk.view import BACK_OFF, Signal, View

_HOUR_HISTORY = 5.0
_ABROAD = 0.5  # share of sign-ins from a new network abroad that bring a new time zone
_CONDITIONAL = 0.1  # from here on a change goes with the device, whatever the user's own habit
_MOST_CHANGES = 0.9
_UPDATED = 0.15  # share of a browser's new versions that send other headers than the one before
# The least familiar device level that still brings a field along: the system does its platform.
_ALIKE = dict.fromkeys(HABITS, SAME_AGENT) | {"platform": SAME_OS}
_LOCAL = frozenset({"language", "zone"})
_NEAR = 0.6  # of attackers abroad: who took the trouble to come from the user's country sets these more often
_TOLD_ORDERS = 40.0  # sign-ins with a browser before its orders of headers are known
_RARE_ORDER = 0.04  # share of a browser's sign-ins below which an order is rare
_MOST_RARE = 2.0  # nats
_CLOCK_CHANGE = 60  # minutes


def language(view: View) -> Signal | None:
    """The language, against the user's; not the region, which headers and collectors spell differently."""
    spoken = view.facts.get("language")
    known = view.profile.known.get("language", {})
    if spoken is not None and spoken not in known:
        tongue = spoken.split("-", 1)[0]
        if any(other.split("-", 1)[0] == tongue for other in known):
            return None
    return _habit(view, "language", "LANGUAGE", "language")


def time_zone(view: View) -> Signal | None:
    """The time zone, against the user's; abroad a new one is expected, and summer time anywhere."""
    return None if _is_clock_change(view) else _habit(view, "zone", "TIME_ZONE", "time zone")


def _is_clock_change(view: View) -> bool:
    """Whether the zone is new by just the hour that clocks are put forward or back, in a known country."""
    zone, known = view.facts.get("zone"), view.profile.known.get("zone", {})
    if zone is None or zone in known or view.cell.network.high > SAME_COUNTRY:
        return False
    return any(abs(int(zone) - int(other)) == _CLOCK_CHANGE for other in known)


def platform(view: View) -> Signal | None:
    """The platform, against the user's."""
    return _habit(view, "platform", "PLATFORM", "platform")


def screen(view: View) -> Signal | None:
    """The screen, against the user's."""
    return _habit(view, "screen", "SCREEN", "screen")


def header_order(view: View) -> Signal | None:
    """The order of the headers, where the user came with that browser before."""
    value = view.facts.get("order")
    if value is None or not view.has_history:
        return None
    known = view.profile.known.get("order", {})
    browser = value.split("|", 1)[0] + "|"
    if value not in known and not any(order.startswith(browser) for order in known):
        return None
    return _habit(view, "order", "HEADER_ORDER", "order of headers")


def rare_headers(view: View) -> Signal | None:
    """Headers that this browser hardly ever sends in the pool: a program that borrows its name."""
    value = view.facts.get("order")
    if value is None or view.trust("order"):
        return None
    told = view.population.browsers.get(browser_of(value), view.now)
    if told < _TOLD_ORDERS:
        return None
    share = (view.population.shares["order"].get(value, view.now) + 0.5) / (told + 1.0)
    points = view.model.points(min(log(_RARE_ORDER / share), _MOST_RARE), "headers")
    if points <= 0:
        return None
    return Signal(
        "RARE_HEADERS",
        points,
        f"{100 * share:.1f} % of the pool's sign-ins with this browser send such headers",
    )


def _habit(view: View, name: str, code: str, words: str) -> Signal | None:
    """Points of one field: how often the user brings new values of it, and how often attackers do."""
    marks = view.profile.known.get(name)
    value = view.facts.get(name)
    if not marks or value is None:
        return None
    habit = view.model.habits[name]
    attacker, changes = _attacks(view, name, habit), _changes(view, name, habit, len(marks))
    if habit_in(view.profile, name, value, view.now):
        points = view.model.points(min(0.0, log((1.0 - attacker) / (1.0 - changes))), name)
        return Signal(code, points, f"usual {words}{_say(name, value)}")
    common = view.population.frequency(name, value, view.now, 0.02)
    rarity = min(max(0.2 * log(0.05 / common), -0.4), 0.4)
    points = view.model.points(max(0.0, log(attacker / changes) + rarity), name)
    if not points:
        return None
    before = _say(name, usual(view.profile, name, view.day) or "")
    return Signal(code, points, f"new {words}{_say(name, value)}" + (f"; usual:{before}" if before else ""))


def _say(name: str, value: str) -> str:
    """A value after its field's name; an order of headers is a digest that tells nobody anything."""
    if not value or name == "order":
        return ""
    if name != "zone":
        return f" {value}"
    minutes = int(value)
    return f" UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def _attacks(view: View, name: str, habit: Habit) -> float:
    """How often an attacker brings a new value of the field, on a device this familiar."""
    high = view.cell.device.high
    if high == SAME_DEVICE:
        return habit.thief
    often = habit.mimic if high <= _ALIKE[name] else habit.attacker
    return often * _NEAR if name in _LOCAL and view.cell.network.high <= SAME_COUNTRY else often


def _changes(view: View, name: str, habit: Habit, values: int) -> float:
    """How often the user, of whom so many values are known, brings a new one on a device this familiar."""
    span = view.cell.device
    if span.high == SAME_DEVICE or span == ANY_DEVICE:
        often = habit.settled
    else:
        often = habit.same_agent if span.high <= _ALIKE[name] else habit.moved
    if name == "order" and often < _UPDATED and not view.trust("agent"):
        often = _UPDATED
    if name == "zone" and often < _ABROAD and view.cell.network.low == NEW_NETWORK:
        often = _ABROAD
    if often >= _CONDITIONAL:
        return min(often, _MOST_CHANGES)
    return min((values - 1 + BACK_OFF * often) / (view.weight + BACK_OFF), _MOST_CHANGES)


def hour(view: View) -> Signal | None:
    """The hour of the day, against the user's; a weak sign."""
    hours = view.profile.hours
    total = view.keep * sum(hours)
    if total < _HOUR_HISTORY:
        return None
    now = int(view.now % DAY // 3600)
    near = view.keep * (hours[now - 1] + hours[now] + hours[(now + 1) % 24]) / 3.0
    often = (near + BACK_OFF / 24.0) / (total + BACK_OFF)
    nats = min(max(log(1.0 / 24.0 / often), -1.2), 1.2)
    if view.cell.is_blank:
        # Who says nothing of himself is not made usual by coming on time.
        nats = max(0.0, nats)
    points = view.model.points(nats, "hour")
    return Signal("HOUR", points, f"{now:02d} h UTC is {'un' if points > 0 else ''}usual") if points else None
