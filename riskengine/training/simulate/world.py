"""Where made-up people and attackers come from: towns, providers, carriers, VPN exits, hosters, clocks."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random

import maxminddb

from riskengine.base.bundle import data_file
from riskengine.context.countries import Country, load_countries
from riskengine.context.networks import NetworkPaths, Networks
from riskengine.training.simulate import rates
from riskengine.training.simulate.providers import (
    CLOCKS,
    COUNTRIES,
    GATEWAYS,
    HOSTERS,
    MANY_SMALL,
    PROVIDERS,
    RELAYS,
    SUMMER_EU,
    SUMMER_US,
    VPN_SERVICES,
)
from riskengine.training.simulate.space import Network, Prefix, read_networks, v4_text

_SAMPLED = 240  # /24 of each provider that are looked up for their town
_FALLBACK = 6  # largest networks of a country without a table
_SMALL = (16, 2048)  # /24 of a small provider


@dataclass(frozen=True, slots=True)
class Town:
    """A town of a country, with the neighbourhoods that each provider has there."""

    country: str
    name: str
    longitude: float
    prefixes: dict[int, list[Prefix]]  # by number of the network


@dataclass(slots=True)
class Land:
    """One country: providers with their shares of lines and of mobile users, and towns."""

    code: str
    networks: dict[int, Network]
    homes: dict[int, float]
    mobiles: dict[int, float]
    towns: list[Town] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    def town(self, rng: Random) -> Town:
        """A town, the populous ones more often."""
        return rng.choices(self.towns, self.weights)[0]

    def provider(self, rng: Random, town: Town | None = None) -> Network:
        """Who brings a line to a home, in a town or anywhere."""
        known = [asn for asn in self.homes if town is None or asn in town.prefixes]
        return self.networks[rng.choices(known, [self.homes[asn] for asn in known])[0]]

    def carrier(self, rng: Random) -> Network:
        """Whose SIM somebody has."""
        return self.networks[rng.choices(list(self.mobiles), list(self.mobiles.values()))[0]]


class World:
    """All countries of a stream, and those that attackers come from."""

    def __init__(self, seed: int, countries: Iterable[str]) -> None:
        self._seed = seed
        self._countries: dict[str, Country] = load_countries()
        self._hosting = Networks(NetworkPaths(tor=None, listed=None))
        services = [asn for service in VPN_SERVICES for asn in service]
        wanted = {*COUNTRIES, *countries}
        self._networks = read_networks(wanted, {*services, *HOSTERS, *RELAYS, *GATEWAYS})
        self._by_country: dict[str, list[Network]] = defaultdict(list)
        for (country, _), network in self._networks.items():
            self._by_country[country].append(network)
        self.land = cache(self._land)
        self.pool = cache(self._pool)
        self.exits = cache(self._exits)

    def _land(self, code: str) -> Land:
        """A country with its towns; made when first asked for, and the same whoever asks."""
        rng = Random(f"{self._seed} land {code}")
        known = {
            asn: share for asn, share in PROVIDERS.get(code, {}).items() if (code, asn) in self._networks
        }
        homes = {asn: share for asn, (share, _) in known.items() if share}
        mobiles = {asn: share for asn, (_, share) in known.items() if share}
        if not known:
            access = sorted(self._access(code), key=lambda each: (-each.size, each.asn))[:_FALLBACK]
            homes = {network.asn: network.size**0.5 for network in access}
            mobiles = dict(list(homes.items())[:3])
        small = MANY_SMALL.get(code, rates.SMALL_PROVIDERS)
        others = [each for each in self._access(code) if _SMALL[0] <= each.size <= _SMALL[1]]
        others = [each for each in others if each.asn not in homes]
        for network in rng.sample(others, min(len(others), rates.SMALL_PROVIDERS_KNOWN)):
            homes[network.asn] = small * sum(homes.values()) / (1 - small) / rates.SMALL_PROVIDERS_KNOWN
        networks = {asn: self._networks[code, asn] for asn in (*homes, *mobiles)}
        land = Land(code, networks, homes, mobiles or homes)
        self._settle(land, rng)
        return land

    def _access(self, code: str) -> list[Network]:
        return [each for each in self._by_country[code] if not self._hosting.is_hosting(each.asn, each.name)]

    def _settle(self, land: Land, rng: Random) -> None:
        """Towns as large as the providers' address space in them."""
        towns: dict[str, Town] = {}
        weights: dict[str, float] = defaultdict(float)
        with maxminddb.open_database(data_file("places.mmdb")) as places:
            for asn, share in land.homes.items():
                network = land.networks[asn]
                for _ in range(min(_SAMPLED, 4 * network.size)):
                    prefix = network.prefix(rng)
                    record = places.get(v4_text(prefix))
                    told = record if isinstance(record, dict) else {}
                    if told.get("country_code") != land.code:
                        continue
                    name, longitude = str(told.get("city", "")), float(str(told.get("longitude", 0.0)))
                    town = towns.setdefault(name, Town(land.code, name, longitude, {}))
                    town.prefixes.setdefault(asn, []).append(prefix)
                    weights[name] += share / _SAMPLED
        if not towns:
            # A country whose addresses the table has no towns for is one town.
            everywhere = {asn: [land.networks[asn].prefix(rng) for _ in range(40)] for asn in land.homes}
            towns, weights[""] = {"": Town(land.code, "", 0.0, everywhere)}, 1.0
        land.towns = list(towns.values())
        land.weights = [weights[name] for name in towns]

    def neighbourhood(self, network: Network, town: Town, rng: Random) -> Prefix:
        """A /24 of a provider's in a town; now and then elsewhere, for tables of towns err."""
        known = town.prefixes.get(network.asn)
        if known is None or rng.random() < rates.TOWN_IS_WRONG:
            return network.prefix(rng)
        return rng.choice(known)

    def _pool(self, country: str, asn: int) -> tuple[Prefix, ...]:
        """The exits of a mobile carrier: blocks that thousands share."""
        rng = Random(f"{self._seed} carrier {country} {asn}")
        network = self._networks[country, asn]
        return tuple(network.prefix(rng) for _ in range(min(rates.CARRIER_PREFIXES, network.size)))

    def _exits(self, asns: tuple[int, ...], country: str | None = None) -> tuple[Prefix, ...]:
        """Blocks of some companies' networks, in a country if they have any there."""
        rng = Random(f"{self._seed} exits {asns} {country}")
        every = [network for (_, asn), network in self._networks.items() if asn in asns]
        here = [network for network in every if network.country == country] or every
        chosen = rng.choices(here, [network.size**0.5 for network in here], k=rates.EXIT_PREFIXES)
        return tuple(network.prefix(rng) for network in chosen)

    def hoster(self, rng: Random, country: str | None = None) -> Network:
        """A hoster, in a country if there is any."""
        every = [network for (_, asn), network in self._networks.items() if asn in HOSTERS]
        here = [network for network in every if network.country == country] or every
        return rng.choices(here, [network.size**0.3 for network in here])[0]

    def clock(self, town: Town, time: float) -> int:
        """Minutes east of UTC in a town, summer time included."""
        country = self._countries.get(town.country)
        offsets = sorted(country.offsets) if country and country.offsets else [0]
        has_summer = town.country in SUMMER_EU or town.country in SUMMER_US
        if not has_summer:
            return CLOCKS.get(town.country, _nearest(offsets, town.longitude))
        # Of a country with summer time every offset but the last is some town's winter.
        winter = CLOCKS.get(town.country, _nearest(offsets[:-1] or offsets, town.longitude))
        return winter + 60 * is_summer(town.country, time)


def _nearest(offsets: Sequence[int], longitude: float) -> int:
    return min(offsets, key=lambda offset: abs(offset - 4.0 * longitude))


def is_summer(country: str, time: float) -> bool:
    """Whether clocks are put forward, by the rules of Europe or of North America."""
    day = datetime.fromtimestamp(time, UTC).date()
    first, last = _summer(country, day.year)
    return first <= day < last


@cache
def _summer(country: str, year: int) -> tuple[date, date]:
    if country in SUMMER_US:
        return _sunday(date(year, 3, 8)), _sunday(date(year, 11, 1))
    return _sunday(date(year, 3, 25)), _sunday(date(year, 10, 25))


def _sunday(day: date) -> date:
    """The first Sunday from a day on."""
    return day + timedelta(days=6 - day.weekday())
