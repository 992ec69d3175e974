"""Where made-up people sign in from: lines at home with their leases, offices, carriers, VPN services."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from riskengine.training.simulate import rates
from riskengine.training.simulate.browsers import DAY
from riskengine.training.simulate.providers import GATEWAYS, V6, VPN_SERVICES
from riskengine.training.simulate.space import Network, Prefix, address, address6
from riskengine.training.simulate.world import Town, World


@dataclass(frozen=True, slots=True)
class Lease:
    """What a line was given from a time on."""

    begins: float
    network: Network
    town: Town
    ip: str
    prefix6: int | None  # /56 of the home


@dataclass(slots=True)
class Home:
    """A line that a household shares, over the whole stream."""

    leases: list[Lease]

    def lease(self, time: float) -> Lease:
        """What it had at a time."""
        return self.leases[max(0, bisect_right(self.leases, time, key=_begins) - 1)]

    def ip(self, time: float, rng: Random) -> str:
        """The address that a device at home is seen with."""
        lease = self.lease(time)
        if lease.prefix6 is not None and rng.random() < rates.V6_WINS:
            return address6(lease.prefix6, 0, rng)
        return lease.ip


def _begins(lease: Lease) -> float:
    return lease.begins


def new_home(world: World, country: str, span: tuple[float, float], rng: Random) -> Home:
    """A line somewhere in a country, with its renumberings, other providers and other homes."""
    return Home(list(_leases(world, country, span, rng)))


def _leases(world: World, country: str, span: tuple[float, float], rng: Random) -> Iterator[Lease]:
    land, (time, ended) = world.land(country), span
    town = land.town(rng)
    network = land.provider(rng, town)
    kept = _kept(country, rng)
    has_v6 = rng.random() < V6.get(country, (0.1, 0.1))[0]
    prefix = world.neighbourhood(network, town, rng)
    move, switch = time + _after(rates.MOVES, rng), time + _after(rates.SWITCHES, rng)
    while time < ended:
        yield Lease(time, network, town, address(prefix, rng), network.prefix6(rng) if has_v6 else None)
        # Those who renumber every day do so at night, by their own clock.
        renumbered = time + (DAY if kept == 1 else rng.expovariate(1.0 / (kept * DAY)))
        time = min(renumbered, move, switch)
        if time == move:
            town = land.town(rng) if rng.random() < rates.MOVES_AWAY else town
            move = time + _after(rates.MOVES, rng)
        if time != renumbered:
            network, kept = land.provider(rng, town), _kept(country, rng)
            switch = max(switch, time + DAY) if time != switch else time + _after(rates.SWITCHES, rng)
            prefix = world.neighbourhood(network, town, rng)
        elif rng.random() < rates.LEAVES_PREFIX:
            prefix = world.neighbourhood(network, town, rng)


def _after(rate: float, rng: Random) -> float:
    return rng.expovariate(rate) * DAY


def _kept(country: str, rng: Random) -> int:
    leases = rates.LEASES_BY_COUNTRY.get(country, rates.LEASES)
    return rng.choices([days for days, _ in leases], [share for _, share in leases])[0]


@dataclass(frozen=True, slots=True)
class Office:
    """A company's way out: its own addresses, or a gateway's in the cloud."""

    town: Town
    ips: tuple[str, ...]
    gateway: tuple[Prefix, ...] = ()

    def ip(self, rng: Random) -> str:
        """An address that staff are seen with."""
        return address(rng.choice(self.gateway), rng) if self.gateway else rng.choice(self.ips)


def new_office(world: World, country: str, rng: Random) -> Office:
    """An office somewhere in a country."""
    land = world.land(country)
    town = land.town(rng)
    prefix = world.neighbourhood(land.provider(rng, town), town, rng)
    ips = tuple(address(prefix, rng) for _ in range(rng.choice(rates.OFFICE_ADDRESSES)))
    gateway = world.exits(GATEWAYS, country) if rng.random() < rates.HAS_GATEWAY else ()
    return Office(town, ips, gateway[:3])


@dataclass(slots=True)
class Sim:
    """Somebody's mobile access: shared exits of a region, another one every few hours."""

    network: Network
    exits: tuple[Prefix, ...]
    has_v6: bool
    _last: tuple[float, str] = field(default=(0.0, ""))

    def ip(self, time: float, rng: Random) -> str:
        """The address that the phone is seen with."""
        since, shown = self._last
        if not shown or time - since > rates.STAYS_ON_EXIT:
            shown = self._attach(rng)
        self._last = (time, shown)
        return shown

    def _attach(self, rng: Random) -> str:
        if self.has_v6 and rng.random() < rates.V6_WINS:
            prefix = self.network.prefix6(rng)
            if prefix is not None:
                return address6(prefix, rng.randrange(256), rng)
        return address(rng.choice(self.exits), rng)


def new_sim(world: World, country: str, rng: Random) -> Sim:
    """A contract with a carrier of a country."""
    network = world.land(country).carrier(rng)
    pool = world.pool(country, network.asn)
    near = rng.sample(pool, max(1, round(rates.NEAR_EXITS * len(pool))))
    return Sim(network, tuple(near), rng.random() < V6.get(country, (0.1, 0.1))[1])


@dataclass(frozen=True, slots=True)
class Vpn:
    """A VPN service as one subscriber uses it."""

    service: tuple[int, ...]
    share: float  # of sign-ins
    favourite: str  # country

    def ip(self, world: World, rng: Random) -> str:
        """An exit; mostly of the favourite country."""
        is_usual = rng.random() < rates.VPN_AT_HOME
        country = self.favourite if is_usual else rng.choice(("NL", "US", "DE", "GB", "SE"))
        return address(rng.choice(world.exits(self.service, country)), rng)


def new_vpn(country: str, rng: Random) -> Vpn | None:
    """What somebody subscribed to, if anything."""
    dice = rng.random()
    if dice >= rates.ALWAYS_VPN + rates.SOMETIMES_VPN:
        return None
    share = 0.97 if dice < rates.ALWAYS_VPN else rates.OFTEN_VPN
    return Vpn(rng.choice(VPN_SERVICES), share, country)
