"""What is known of one user: plain values that any store can keep, bounded however long the history.

Nothing here changes in place: `learn` and its kin answer with a new profile and share what stayed the same.
"""

from dataclasses import dataclass, field
from math import exp2
from typing import Final, NamedTuple

from riskengine.risk.attempt import Attempt, Network
from riskengine.risk.decay import DAY

HALF_LIFE: Final = 75  # days until a habit counts half
FORGET: Final = 180  # days after which a value never seen again is new
NETWORK_LEVELS: Final = 6
DEVICE_LEVELS: Final = 5
CELLS: Final = NETWORK_LEVELS * DEVICE_LEVELS
PLACES: Final = 10
FAILURE_HALF_LIFE: Final = 6 * 3600.0
ALARM_HALF_LIFE: Final = 7 * DAY
TAINT_DAYS: Final = 180

# Field of a habit -> most values kept of it.
CAPS: Final = {
    "ip": 12,  # most addresses of a mobile carrier never come back
    "prefix": 12,
    "asn": 16,
    "city": 16,
    "country": 16,
    "device": 16,
    "agent": 16,
    "family": 16,
    "os": 16,
    "language": 16,
    "zone": 16,
    "order": 16,
    "platform": 16,
    "screen": 16,
    "kind": 16,
    "collector": 16,
    "oddity": 16,
}
TAINTS: Final = 24
PROBATION: Final = 20 * 3600.0  # a value's first hours: whoever brought it may still be in the same sitting
LONG_PROBATION: Final = 7 * DAY  # of what odd sign-ins alone brought: time for the owner to speak up
LONGEST: Final = 96  # characters kept of a value

# Weights are whole thousandths of a sign-in: small numbers pack small.
UNIT: Final = 1000
PROVEN: Final = 1500  # what a sign-in that passed a challenge weighs
UNSURE: Final = 250  # what an unproven sign-in above no risk weighs
_SURE: Final = 1250  # weight that only proof, or another day, gives
_DOUBTED: Final = 2 * UNSURE
# What decay leaves of one unit, in sign-ins, by age in days.
KEEP: Final = tuple(exp2(-age / HALF_LIFE) / UNIT for age in range(FORGET + 1))

# Weight at its day, that day, epoch second of the sign-in that first brought the value.
Mark = tuple[int, int, int]
# Latitude, longitude, weight at its day, that day, epoch second of the sign-in that first brought it.
Place = tuple[float, float, int, int, int]


class LastSeen(NamedTuple):
    """Where and when the last learned sign-in with a place was."""

    time: float
    latitude: float
    longitude: float
    accuracy_km: float
    country: str | None


@dataclass(frozen=True, slots=True)
class Profile:
    """One user's habits. `learned`: sign-ins ever learned; weights are thousandths of a sign-in."""

    learned: int = 0
    weight: int = 0  # of all cells
    day: int = 0  # at which weight, cells and hours stand
    first: float = 0.0  # epoch seconds of the first and the latest learned sign-in
    last: float = 0.0
    cells: tuple[int, ...] = (0,) * CELLS
    hours: tuple[int, ...] = (0,) * 24  # UTC
    known: dict[str, dict[str, Mark]] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)  # agent family -> newest version seen
    places: tuple[Place, ...] = ()
    seen: tuple[float, float, float, float, str | None] | None = None  # a LastSeen
    failures: float = 0.0  # at `failed`
    failed: float = 0.0
    alarm: float = 0.0  # at `alarmed`; raised by Invalid feedback
    alarmed: float = 0.0
    taints: dict[str, tuple[float, float]] = field(default_factory=dict)  # key -> (strength, until)
    judged: tuple[tuple[float, bool], ...] = ()  # time of the last events with feedback, and what it said
    events: tuple[str, ...] = ()  # ids of the latest learned events

    @property
    def last_seen(self) -> LastSeen | None:
        """The latest learned place, None without one."""
        return LastSeen(*self.seen) if self.seen else None


EMPTY: Final = Profile()

_WORST: Final = ("tor", "listed", "vpn", "hosting")
PLAIN: Final = "plain"


def network_kind(network: Network) -> str:
    """The most suspicious kind of a network, or that it is a plain one."""
    if not network.kinds:
        return PLAIN
    return next((kind for kind in _WORST if kind in network.kinds), PLAIN)


def is_unknown_network(network: Network) -> bool:
    """Whether no data places the address: private, loopback or not in any table."""
    return network.asn is None and network.country is None


def facts(attempt: Attempt) -> dict[str, str]:
    """The attempt's value of every habit field it speaks of, cut to a length that is safe to keep."""
    found = _facts(attempt)
    for name, value in found.items():
        if len(value) > LONGEST:
            found[name] = value[:LONGEST]
    return found


def _facts(attempt: Attempt) -> dict[str, str]:
    network, agent, device = attempt.network, attempt.agent, attempt.device
    zone, language = device.timezone_minutes, attempt.language or device.language
    found = {
        "collector": "none" if device.collector is None else "sent",
        "oddity": "+".join(sorted((*attempt.mismatches, *device.faults))),
        "agent": agent.exact,
        "os": agent.os,
        "device": device.id,
        "platform": device.platform,
        "screen": device.screen,
        "zone": None if zone is None else str(zone),
        "language": None if language is None else language.lower(),
    }
    if not is_unknown_network(network):
        asn = None if network.asn is None else str(network.asn)
        found["kind"] = network_kind(network)
        found["ip"], found["prefix"], found["country"] = network.ip, network.prefix, network.country
        found["asn"] = asn
        found["city"] = None if asn is None or network.city is None else f"{asn}/{network.city}"
    if agent.browser is not None:
        found["family"] = None if agent.os is None else f"{agent.browser}|{agent.os}"
        if attempt.header_order is not None:
            found["order"] = f"{agent.browser}|{attempt.header_order}"
    return {name: value for name, value in found.items() if value is not None}


def trust_in(profile: Profile, name: str, value: str | None, day: int) -> float:
    """Decayed weight of a value in the user's habits, in sign-ins; 0 for a new or forgotten one."""
    values = profile.known.get(name)
    mark = values.get(value) if values and value is not None else None
    return 0.0 if mark is None else left_of(mark[0], day - mark[1])


def habit_in(profile: Profile, name: str, value: str | None, now: float) -> float:
    """As `trust_in`, but 0 too for a value that is new and was not proven: hours, or days if it came oddly.

    Else an attacker who once got in unnoticed would look familiar a minute later.
    """
    values = profile.known.get(name)
    mark = values.get(value) if values and value is not None else None
    # Old marks are most of all, and this is asked a dozen times for each score: two comparisons first.
    if mark is None or (now - mark[2] < LONG_PROBATION and is_on_probation(profile, mark, now)):
        return 0.0
    return left_of(mark[0], int(now // DAY) - mark[1])


def is_on_probation(profile: Profile, mark: Mark, now: float) -> bool:
    """Whether a value is new, was never proven, and was not brought by the user's first sign-in."""
    if mark[0] > _SURE or mark[2] == int(profile.first):
        return False
    return now - mark[2] < (LONG_PROBATION if mark[0] <= _DOUBTED else PROBATION)


def left_of(weight: int, age: int) -> float:
    """Sign-ins that a weight still counts after `age` days; nothing once forgotten."""
    if age <= 0:
        return weight / UNIT
    return weight * KEEP[age] if age <= FORGET else 0.0


def usual(profile: Profile, name: str, day: int) -> str | None:
    """The value the user comes with most, None without one."""
    values = profile.known.get(name)
    if not values:
        return None
    best = max(values, key=lambda value: trust_in(profile, name, value, day))
    return best if trust_in(profile, name, best, day) > 0.0 else None
