"""Where the attempt comes from, against where this user and this pool come from."""

from math import log

from riskengine.risk.cells import (
    ANY_DEVICE,
    ANY_NETWORK,
    NEW_NETWORK,
    SAME_ASN,
    SAME_COUNTRY,
    SAME_DEVICE,
    SAME_IP,
    SAME_PREFIX,
    mass,
)
from riskengine.risk.geography import say_duration
from riskengine.risk.profile import PLAIN, usual
from riskengine.risk.view import Signal, View, cell_points

_USUAL = {SAME_IP: "the same address as before", SAME_PREFIX: "a neighbour of a usual address"}
_KIND = {
    "hosting": "a hosting network",
    "vpn": "a VPN exit",
    "tor": "a Tor exit",
    "listed": "a listed attack address",
}
_PROVIDED = frozenset({"hosting", "vpn"})
_TYPICAL_SHARE = 0.02
_COMMON = -0.7


def network(view: View) -> Signal | None:
    """The network half of the cell: how surprising this network is for this user."""
    span = view.cell.network
    if span == ANY_NETWORK:
        return Signal("UNKNOWN_NETWORK", 0, "private address or none that any table knows")
    if not view.has_history:
        return None
    attacker = mass(view.model.attack, span, ANY_DEVICE)
    points = cell_points(attacker, view.p_network)
    if span.high <= SAME_ASN:
        return Signal("USUAL_NETWORK", points, _say_usual(view))
    if span.high == NEW_NETWORK and _is_new_country(view):
        return Signal("NEW_COUNTRY", points, _say_country(view))
    return Signal("NEW_NETWORK", points, f"first time from {_say_here(view)}{_say_habit(view)}")


def common_network(view: View) -> Signal | None:
    """How common the new network is among the pool's sign-ins of that country, or the new country."""
    span = view.cell.network
    if span.low < SAME_COUNTRY or span == ANY_NETWORK:
        return None
    country, asn = view.facts.get("country"), view.facts.get("asn")
    if span.low == NEW_NETWORK and country is not None:
        count, total = view.population.share("country", country, view.now)
        what = f"sign-ins from {country}"
    elif asn is not None:
        count, total = view.population.share("asn", asn, view.now)
        if country is not None:
            total = view.population.share("country", country, view.now)[0]
        what = f"sign-ins through {view.population.name_of(asn)}"
    else:
        return None
    if total < 50.0:
        return None
    share = (count + 1.0) / (total + 50.0)
    nats = min(max(view.model.weights["rarity"] * log(_TYPICAL_SHARE / share), _COMMON), 0.7)
    points = view.model.points(nats)
    if not points:
        return None
    code = "RARE_NETWORK" if points > 0 else "COMMON_NETWORK"
    return Signal(code, points, f"{100 * count / total:.1f} % of the pool's {what}")


def network_kind(view: View) -> Signal | None:
    """A data centre, VPN, Tor or listed network, by how usual that is for the user and the pool."""
    kind = view.facts.get("kind", PLAIN)
    if kind == PLAIN:
        return None
    prior = view.model.kinds[kind]
    points = view.model.points(view.surprise("kind", prior.attacker, prior.user), "kind")
    if points > 0 and kind in _PROVIDED and view.cell.network.high <= SAME_ASN:
        # The kind belongs to the provider, and the provider to the user.
        return None
    if points > 0:
        return Signal("HOSTING_NETWORK", points, f"{_KIND[kind]}: {_say_here(view)}")
    return Signal("USUAL_EXIT", points, f"{_KIND[kind]}, as often before") if points else None


def _is_new_country(view: View) -> bool:
    return (
        view.cell.network.low == NEW_NETWORK and "country" in view.facts and "country" in view.profile.known
    )


def _say_here(view: View) -> str:
    network = view.attempt.network
    if network.asn is None:
        return network.country or "an unknown network"
    name = f"AS{network.asn}" if network.organisation is None else f"AS{network.asn} {network.organisation}"
    return name if network.country is None else f"{name} ({network.country})"


def _say_usual(view: View) -> str:
    span = view.cell.network
    where = _USUAL.get(span.high)
    if where is not None:
        return f"{where}, {_say_here(view)}"
    city = view.attempt.network.city
    return f"usual provider {_say_here(view)}" + (f", {city}" if city and span.high < SAME_ASN else "")


def _say_habit(view: View) -> str:
    habit = usual(view.profile, "asn", view.day)
    if habit is not None:
        return f"; usual: {view.population.name_of(habit)}"
    habit = usual(view.profile, "country", view.day)
    return f"; usual: {habit}" if habit is not None else ""


def _say_country(view: View) -> str:
    country, last = view.facts["country"], view.profile.last_seen
    before = last.country if last is not None and last.country is not None else None
    if before is None or before == country:
        # The last place may be on probation still: then it is no habit.
        before = usual(view.profile, "country", view.day)
        before = None if before == country else before
    text = f"new country: {before} → {country}" if before else f"new country: {country}"
    since = view.now - view.profile.last
    if view.profile.last and since > 0.0:
        text += f", {say_duration(since)} after the last good sign-in"
    text += f"; {_say_here(view)}"
    return text + (" on a known device" if view.cell.device.high == SAME_DEVICE else "")
