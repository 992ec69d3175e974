"""Holds a stuffing attack back before it costs anything, and nobody who is known where they come from.

Every address, and every neighbourhood of addresses, may fail so often: a bucket of failures that refills
with time and with sign-ins that succeed. Where it is empty, a sign-in is refused at once, before a password
is proved or an event written, unless the user is known there: signed in from the neighbourhood lately, or by
the profile from this device or network. A few of the others pass all the same, so that nobody is locked out
for as long as somebody else attacks. What is refused is counted by pool and network.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn

from riskengine import api
from riskengine.base.clock import Clock
from riskengine.context.address import parse_address
from riskengine.context.digest import keyed_digest
from riskengine.flows.floods import HeldBack
from riskengine.telemetry import count_held_back

_MOST_KEPT = 50_000
_MICROS = 1e6
_DEEPEST = -10.0
_CREDIT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many failures at once, and how many a second in the long run."""

    burst: float
    per_second: float


IP = Allowance(burst=60, per_second=0.5)
PREFIX = Allowance(burst=300, per_second=2.0)
STRANGERS = Allowance(burst=4, per_second=1.0)  # who pass a held-back neighbourhood unknown
LOOK_UPS = Allowance(burst=400, per_second=400.0)  # of profiles, in this process


class Buckets:
    """A bucket of tokens for each key; the longest unused are forgotten first, and were full."""

    def __init__(self, allowance: Allowance, machine: Clock) -> None:
        self._allowance = allowance
        self._machine = machine
        self._kept: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def left(self, key: str) -> float:
        """Tokens in a bucket."""
        kept = self._kept.get(key)
        if kept is None:
            return self._allowance.burst
        passed = max(self._machine.now() - kept[1], 0) / _MICROS
        return min(self._allowance.burst, kept[0] + passed * self._allowance.per_second)

    def change(self, key: str, amount: float) -> None:
        """Put tokens in, or take some; never beyond full, nor far into debt."""
        tokens = max(_DEEPEST, min(self._allowance.burst, self.left(key) + amount))
        self._kept.pop(key, None)
        if tokens < self._allowance.burst:
            self._kept[key] = (tokens, self._machine.now())
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)

    def take(self, key: str) -> bool:
        """Take a token, if there is one."""
        if self.left(key) < 1.0:
            return False
        self.change(key, -1.0)
        return True


@dataclass(frozen=True, slots=True)
class Place:
    """Where an attempt comes from, as the pool's digests name it."""

    ip: str
    prefix: str
    network: str = field(default="", compare=False)  # in the clear, for the operator's eyes


class Gate:
    """What this process, and what it hears of others, remembers of failures and good sign-ins by place."""

    def __init__(
        self, machine: Clock, pool_key: Callable[[str], bytes], *, is_closed_to_floods: bool = True
    ) -> None:
        self._is_closed_to_floods = is_closed_to_floods
        self._machine = machine
        self._pool_key = pool_key
        self._ips = Buckets(IP, machine)
        self._prefixes = Buckets(PREFIX, machine)
        self._strangers = Buckets(STRANGERS, machine)
        self._look_ups = Buckets(LOOK_UPS, machine)
        self._known: OrderedDict[int, None] = OrderedDict()
        self._credited: OrderedDict[int, int] = OrderedDict()
        self.held_back = HeldBack()

    def place(self, pool: str, address: str | None) -> Place | None:
        """The place of an address; None where it says nothing of who is there (a private one, or none)."""
        parsed = parse_address(address)
        if not self._is_closed_to_floods or parsed is None or not parsed.standard.is_global:
            return None
        key = self._pool_key(pool)
        return Place(
            keyed_digest(key, "ip", parsed.text), keyed_digest(key, "prefix", parsed.prefix), parsed.prefix
        )

    async def admit(
        self, pool: str, place: Place | None, name: str, is_familiar: Callable[[], Awaitable[bool]]
    ) -> None:
        """Let an attempt through, to be `release`d; `is_familiar` asks the profile, and costs a look-up.

        Raises:
            TooManyRequestsException: too much has failed from there lately.
        """
        if place is None:
            return
        is_open = self._ips.left(place.ip) >= 1 and self._prefixes.left(place.prefix) >= 1
        if not is_open and not await self._is_exempt(pool, place, name, is_familiar):
            self._refuse(pool, place)
        # Until its end an attempt counts as failed, or a thousand at once would all find the gate open.
        self.failed(place)

    def release(self, place: Place) -> None:
        """An attempt that was admitted has ended, one way or the other."""
        self._ips.change(place.ip, 1.0)
        self._prefixes.change(place.prefix, 1.0)

    async def _is_exempt(
        self, pool: str, place: Place, name: str, is_familiar: Callable[[], Awaitable[bool]]
    ) -> bool:
        if hash((pool, name, place.prefix)) in self._known:
            return True
        if self._look_ups.take("") and await is_familiar():
            return True
        return self._strangers.take(place.prefix)

    def _refuse(self, pool: str, place: Place) -> NoReturn:
        count_held_back(pool)
        self.held_back.add(pool, place.network, self._machine.now())
        raise api.errors.TooManyRequestsException(
            "Too many failed sign-ins from this network; try again later"
        )

    def failed(self, place: Place) -> None:
        """A sign-in from there failed, here or at another process."""
        self._ips.change(place.ip, -1.0)
        self._prefixes.change(place.prefix, -1.0)

    def succeeded(self, place: Place, sub: str) -> None:
        """A sign-in from there was good: where people are at home, some failures are theirs.

        A user makes up for one failure a minute: nobody buys guesses with an account of their own.
        """
        key, now = hash((sub, place.prefix)), self._machine.now()
        if now - self._credited.get(key, 0) >= _CREDIT_SECONDS * _MICROS:
            self._credited[key] = now
            _keep_few(self._credited)
            self._ips.change(place.ip, 1.0)
            self._prefixes.change(place.prefix, 1.0)

    def knows(self, place: Place, sub: str) -> bool:
        """Whether the user had a good sign-in from this neighbourhood lately, here or at another process."""
        return hash((sub, place.prefix)) in self._credited

    def remember(self, pool: str, place: Place, name: str) -> None:
        """Whoever signs in by this name is at home in this neighbourhood."""
        key = hash((pool, name, place.prefix))
        self._known.pop(key, None)
        self._known[key] = None
        _keep_few(self._known)


def _keep_few(kept: "OrderedDict[int, Any]") -> None:
    if len(kept) > _MOST_KEPT:
        kept.popitem(last=False)
