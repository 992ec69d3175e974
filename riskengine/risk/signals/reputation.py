"""What failed lately from the same exits and clients, and what feedback said of them."""

from math import log, log1p
from operator import itemgetter
from typing import Final, NamedTuple

from riskengine.risk.cells import SAME_AGENT, SAME_ASN, SAME_COUNTRY, SAME_PREFIX
from riskengine.risk.decay import faded
from riskengine.risk.learning import taint_keys
from riskengine.risk.population import client
from riskengine.risk.profile import ALARM_HALF_LIFE, is_unknown_network
from riskengine.risk.view import Signal, View

_HARD = 3.0  # nats of what only that attacker has
_SOFT = 1.2  # nats of a provider or browser, at most
_RETURNS = 0.3  # share of attackers who come back the same way
_HARD_TAINTS = frozenset({"device", "ip", "prefix", "mix"})
_SAY_TAINT = {
    "device": "device",
    "ip": "address",
    "prefix": "neighbourhood",
    "asn": "provider",
    "agent": "browser",
    "mix": "browser and provider",
}


class Repute(NamedTuple):
    """What an exit's failures say: nats for an attack, under a code, in words."""

    code: str
    nats: float
    text: str


_CLEAN: Final = Repute("IP_FAILURES", 0.0, "")


def exit_failures(view: View) -> Signal | None:
    """Failures of the address, its neighbourhood and its provider: the worst, for a family counts once."""
    worst = exit_nats(view)
    if worst is _CLEAN:
        return None
    points = view.model.points(worst.nats, "exit")
    return Signal(worst.code, points, worst.text) if points else None


def exit_nats(view: View) -> Repute:
    """The worst reputation among an attempt's exits; no nats for clean ones."""
    network = view.attempt.network
    if is_unknown_network(network):
        return _CLEAN
    found = [*_address(view), *_neighbourhood(view)]
    is_habit = view.has_history and view.cell.network.high <= SAME_PREFIX
    if not view.has_history or view.cell.network.high > SAME_ASN:
        found += _provider(view)
    if not found:
        return _CLEAN
    worst = max(_CLEAN, *found, key=itemgetter(1))
    # What this user always comes through was not brought by an attacker of others.
    return worst._replace(nats=min(worst.nats * (0.5 if is_habit else 1.0), view.model.clip[1]))


def _address(view: View) -> list[Repute]:
    address, now, population = view.attempt.network.ip, view.now, view.population
    failed = population.failures["ip"].get(address, now)
    if failed <= 2.0:
        return []
    # One user's failures are that account's matter, and counted there.
    users = population.crowds["ip"].count(address, now, without=view.attempt.user)
    if users < 0.5:
        return []
    # The good sign-ins of a shared exit make its failures ordinary.
    good = 1.0 + 0.3 * population.good["ip"].get(address, now)
    found = [
        Repute("IP_FAILURES", 0.9 * log1p((failed - 2.0) / good), f"{failed:.0f} failures from this address")
    ]
    if users > 2.5:
        text = f"about {users:.0f} other users failed from this address"
        found.append(Repute("WIDE_ATTEMPTS", log1p((users - 2.5) / good), text))
    return found


def _neighbourhood(view: View) -> list[Repute]:
    prefix, now, population = view.attempt.network.prefix, view.now, view.population
    failed = population.failures["prefix"].get(prefix, now)
    if failed <= 4.0:
        return []
    users = population.crowds["prefix"].count(prefix, now, without=view.attempt.user)
    if users < 0.5:
        return []
    good = 1.0 + 0.1 * population.good["prefix"].get(prefix, now)
    text = f"{failed:.0f} failures from neighbouring addresses"
    found = [Repute("PREFIX_FAILURES", 0.7 * log1p((failed - 4.0) / good), text)]
    if users > 4.5:
        text = f"about {users:.0f} other users failed from neighbouring addresses"
        found.append(Repute("WIDE_ATTEMPTS", 0.8 * log1p((users - 4.5) / good), text))
    return found


def _provider(view: View) -> list[Repute]:
    asn = view.attempt.network.asn
    key = None if asn is None else str(asn)
    failed = view.population.failures["asn"].get(key, view.now)
    if key is None or failed < 5.0:
        return []
    good = view.population.good["asn"].get(key, view.now)
    share = (failed + 3.0) / (failed + good + 30.0)
    text = f"{failed:.0f} failures from {view.population.name_of(key)}"
    return [Repute("ASN_FAILURES", min(1.2, 0.7 * log(share / view.population.usual_failures)), text)]


def client_failures(view: View) -> Signal | None:
    """Failures of this very client (header order and exact agent) against its good sign-ins."""
    key = client(view.attempt)
    failed = view.population.failures["client"].get(key, view.now)
    # One user's failures are that account's matter, and counted there.
    if failed < 3.0 or view.population.crowds["client"].count(key, view.now, without=view.attempt.user) < 0.5:
        return None
    good = view.population.good["client"].get(key, view.now)
    share = (failed + 2.0) / (failed + good + 20.0)
    is_own = view.has_history and view.cell.device.high <= SAME_AGENT
    nats = min(2.5, log(share / view.population.usual_failures)) * (0.5 if is_own else 1.0)
    points = view.model.points(nats, "client")
    return (
        Signal("AGENT_FAILURES", points, f"{failed:.0f} failures of this very client") if points > 0 else None
    )


def attack_wave(view: View) -> Signal | None:
    """More of the pool fails than usual: speaks against unfamiliar sign-ins only."""
    network, device = view.cell.network, view.cell.device
    is_unfamiliar = network.low >= SAME_COUNTRY or (network.low >= SAME_ASN and device.low >= SAME_AGENT)
    if view.has_history and not is_unfamiliar:
        return None
    recent, usually = view.population.fail_share(view.now)
    nats = min(1.2, log(recent / usually))
    points = view.model.points(nats, "wave")
    if points <= 0:
        return None
    return Signal(
        "ATTACK_WAVE",
        points,
        f"{100 * recent:.0f} % of the pool's sign-ins fail, usually {100 * usually:.0f} %",
    )


def tainted(view: View) -> Signal | None:
    """Shares its device, address or client with an event of this user that was called an attack."""
    taints = view.profile.taints
    if not taints:
        return None
    worst, what = 0.0, ""
    for name, value in taint_keys(view.facts):
        strength, until = taints.get(f"{name}:{value}", (0.0, 0.0))
        if until <= view.now:
            continue
        nats = strength * (_HARD if name in _HARD_TAINTS else _soft_taint(view, name))
        if nats > worst:
            worst, what = nats, _SAY_TAINT[name]
    points = view.model.points(worst, "taint")
    return Signal("TAINTED", points, f"same {what} as a sign-in called an attack") if points else None


def _soft_taint(view: View, name: str) -> float:
    """Nats of a tainted provider or browser: little where the owner may come with it by chance."""
    field = "asn" if name == "asn" else "family"
    value = view.facts.get(field)
    common = view.population.frequency(field, value, view.now, 0.02) if value is not None else 0.02
    return min(max(0.0, log(_RETURNS / common)), _SOFT)


def tainted_elsewhere(view: View) -> Signal | None:
    """Shares its device, address or client with events of others that were called attacks."""
    if not len(view.population.taints):
        return None
    points = view.model.points(view.population.tainted(view.attempt, view.now), "taint_elsewhere")
    text = "same device, address or client as sign-ins of the pool called attacks"
    return Signal("TAINTED_ELSEWHERE", points, text) if points else None


def recent_alarm(view: View) -> Signal | None:
    """An event of this user was called an attack lately: the password is known to somebody."""
    alarm = faded(view.profile.alarm, view.now - view.profile.alarmed, ALARM_HALF_LIFE)
    points = view.model.points(0.7 * alarm, "alarm")
    return (
        Signal("RECENT_ALARM", points, "a recent sign-in of this user was called an attack")
        if points
        else None
    )
