"""What the attempt comes with, against what this user and this pool come with."""

from math import exp, log

from riskengine.risk.cells import (
    ANY_DEVICE,
    ANY_NETWORK,
    NEW_DEVICE,
    SAME_AGENT,
    SAME_COUNTRY,
    SAME_DEVICE,
    SAME_FAMILY,
    SAME_OS,
    Span,
    mass,
)
from riskengine.risk.decay import DAY
from riskengine.risk.profile import trust_in
from riskengine.risk.signals.reputation import exit_nats
from riskengine.risk.view import Signal, View, cell_points

_OTHER_VERSION = Span(SAME_FAMILY, SAME_FAMILY)
_UPDATE_DAYS = 28.0  # between two versions of a browser
_MOST_VERSIONS = 6  # further ahead it is another installation
_OLDEST_BIRTH = 1_262_304_000.0  # 2010: no collector made ids before
_SKEW = DAY  # what a wrong clock may claim
_TYPICAL_SHARE = 0.05
_COMMON = -0.5
_REPUTED = 0.7  # nats of a bad exit beyond which a device id alone proves little
_REPUTED_CREDIT = -8  # points that it is then still worth

# Nats each contradiction weighs at most.
_ODD = {
    "agent_hints": 1.5,
    "agent_collector": 1.5,
    "platform": 1.2,
    "bare_headers": 1.0,
    "timezone_country": 0.5,
    "language": 0.3,
}
_SAY_ODD = {
    "agent_hints": "the client hints contradict the user agent",
    "agent_collector": "the collector saw another user agent",
    "platform": "the platform does not fit the user agent",
    "bare_headers": "a browser that sends hardly any headers",
    "timezone_country": "the clock's time zone is not the country's",
    "language": "the device speaks another language than the headers ask for",
}
_FAULTS = {"signature": 1.0, "username": 1.5, "pool": 1.0, "timestamp": 0.7, "unreadable": 0.7}


def device(view: View) -> Signal | None:
    """The device half of the cell: how surprising this device is for this user on such a network."""
    span = view.cell.device
    if span == ANY_DEVICE:
        return Signal("UNKNOWN_DEVICE", 0, "neither agent nor collector data")
    if not view.has_history:
        return None
    attack, network = view.model.attack, view.cell.network
    attacker = mass(attack, network, span) / mass(attack, network, ANY_DEVICE)
    user = view.likelihood(network, span) / view.p_network
    if span == _OTHER_VERSION:
        user = max(user, _updated(view))
    points = cell_points(attacker, user)
    if points < _REPUTED_CREDIT and _is_ill_reputed(view):
        points = _REPUTED_CREDIT
    return Signal(_code(view), points, _say(view))


def _updated(view: View) -> float:
    """Chance that the user's own browser would by now come in this newer version; 0 if it is none."""
    family, version = view.facts.get("family"), view.attempt.agent.browser_version
    newest = view.profile.versions.get(family) if family is not None else None
    if family is None or version is None or newest is None:
        return 0.0
    if not newest <= version <= newest + _MOST_VERSIONS:
        return 0.0
    age = max(1, view.day - view.profile.known["family"][family][1])
    as_usual = view.likelihood(view.cell.network, Span(SAME_DEVICE, SAME_AGENT)) / view.p_network
    return as_usual * (1.0 - exp(-age / _UPDATE_DAYS))


def common_agent(view: View) -> Signal | None:
    """How common the new browser and system are in the pool."""
    family = view.facts.get("family")
    if family is None or view.cell.device.low < SAME_OS:
        return None
    count, total = view.population.share("family", family, view.now)
    if total < 50.0:
        return None
    share = (count + 1.0) / (total + 50.0)
    nats = min(max(view.model.weights["rarity"] * log(_TYPICAL_SHARE / share), _COMMON), 0.5)
    points = view.model.points(nats)
    if not points:
        return None
    code = "RARE_AGENT" if points > 0 else "COMMON_AGENT"
    return Signal(code, points, f"{100 * count / total:.1f} % of the pool's sign-ins use {_say_family(view)}")


def automated_agent(view: View) -> Signal | None:
    """A program instead of a browser, unless the user came with it before."""
    if view.attempt.agent.kind not in {"bot", "library"} or view.cell.device.high <= SAME_AGENT:
        return None
    if "family" in view.facts:
        # A pool whose applications sign in from a server sees programs all day.
        common = view.population.frequency("family", view.facts["family"], view.now, 0.01)
        nats = log(0.2 / common)
    else:
        nats = 2.0
    points = view.model.points(min(nats, 2.0), "automated")
    return Signal("AUTOMATED_AGENT", points, f"{_say_agent(view)} is a program") if points > 0 else None


def agent_downgrade(view: View) -> Signal | None:
    """A browser at least two major versions older than the user already had."""
    version, family = view.attempt.agent.browser_version, view.facts.get("family")
    newest = view.profile.versions.get(family) if family is not None else None
    if version is None or newest is None or newest - version < 2 or view.trust("agent"):
        return None
    points = view.model.points(1.0, "downgrade")
    return Signal("AGENT_DOWNGRADE", points, f"{_say_agent(view)}; the user already had {newest}")


def missing_collector(view: View) -> Signal | None:
    """No collector data from a user who always sent it, in a pool that mostly does."""
    if view.facts["collector"] == "sent" or not view.has_history or view.cell.device == ANY_DEVICE:
        return None
    points = view.model.points(view.surprise("collector", 0.6, 0.05), "collector")
    if points <= 0 or not trust_in(view.profile, "collector", "sent", view.day):
        return None
    return Signal("MISSING_COLLECTOR", points, "no device data; the user's sign-ins carry it")


def device_on_other_accounts(view: View) -> Signal | None:
    """The device id came with other accounts; families share, farms share more."""
    found = view.attempt.device.id
    others = view.population.crowds["device"].count(found, view.now, without=view.attempt.user)
    if others < 0.5:
        return None
    nats = 0.6 * log(1.0 + max(0.0, others - 0.5))
    # An owner's own device on a shared machine is no news.
    points = view.model.points(nats * (0.3 if view.cell.device.high == SAME_DEVICE else 1.0), "shared_device")
    return (
        Signal("DEVICE_ON_OTHER_ACCOUNTS", points, f"device seen with {others:.0f} other accounts")
        if points
        else None
    )


def device_birth(view: View) -> Signal | None:
    """A device id born in the future, or before collectors existed."""
    born = view.attempt.device.born
    if born is None:
        return None
    if born > view.now + _SKEW:
        return Signal(
            "DEVICE_BIRTH", view.model.points(2.0, "birth"), "the device id says it was born in the future"
        )
    if born < _OLDEST_BIRTH:
        return Signal(
            "DEVICE_BIRTH", view.model.points(1.0, "birth"), "the device id says it was born before 2010"
        )
    return None


def mismatch(view: View) -> Signal | None:
    """What the client says of itself contradicts itself, and did not before."""
    found = [name for name in view.attempt.mismatches if name in _ODD]
    worst = sum(_ODD[name] for name in found)
    points = _odd_points(view, worst, "mismatch")
    return Signal("HEADER_MISMATCH", points, "; ".join(_SAY_ODD[name] for name in found)) if points else None


def fault(view: View) -> Signal | None:
    """The collector's data cannot be what it says it is."""
    found = [name for name in view.attempt.device.faults if name in _FAULTS]
    worst = sum(_FAULTS[name] for name in found)
    points = _odd_points(view, worst, "fault")
    return Signal("DEVICE_FAULT", points, f"collector data: {', '.join(found)}") if points else None


def _odd_points(view: View, worst: float, weight: str) -> int:
    """Points of oddities that are as odd for this user and pool as they are in general."""
    if not worst:
        return 0
    return view.model.points(max(0.0, min(worst, view.surprise("oddity", 0.2, 0.02))), weight)


def _is_ill_reputed(view: View) -> bool:
    span = view.cell.network
    return span.low >= SAME_COUNTRY and span != ANY_NETWORK and exit_nats(view).nats >= _REPUTED


def _code(view: View) -> str:
    span = view.cell.device
    if span.high == SAME_DEVICE:
        return "KNOWN_DEVICE"
    if view.trust("device"):
        return "DEVICE_COPIED"
    if span.high == SAME_AGENT:
        return "USUAL_AGENT"
    return "NEW_DEVICE" if view.attempt.device.id is not None and span.high >= SAME_OS else "NEW_AGENT"


def _say(view: View) -> str:
    span = view.cell.device
    agent = _say_agent(view)
    if span.high == SAME_DEVICE:
        return f"known device, {agent}"
    if view.trust("device"):
        return f"known device id, but in {agent}"
    if span.high == SAME_AGENT:
        return f"usual browser {agent}" + (" without a known device id" if span.low == SAME_AGENT else "")
    if span.high == NEW_DEVICE:
        return f"first time with {agent}"
    return f"new browser or version: {agent}"


def _say_family(view: View) -> str:
    agent = view.attempt.agent
    return f"{agent.browser or 'an unknown browser'} on {agent.os or 'an unknown system'}"


def _say_agent(view: View) -> str:
    agent = view.attempt.agent
    if agent.browser is None and agent.os is None:
        return "an unknown agent"
    browser = agent.browser or "an unknown browser"
    if agent.browser_version is not None:
        browser = f"{browser} {agent.browser_version}"
    if agent.os is None:
        return browser
    return (
        f"{browser} on {agent.os}"
        if agent.os_version is None
        else f"{browser} on {agent.os} {agent.os_version}"
    )
