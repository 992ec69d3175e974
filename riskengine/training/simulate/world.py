"""Where made-up people and attackers come from: real prefixes of real providers, from the bundled tables."""

import ipaddress
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import maxminddb

from riskengine.base.bundle import data_file
from riskengine.context.countries import load_countries
from riskengine.context.networks import NetworkPaths, Networks
from riskengine.training.simulate import rates

_BLOCK = 256  # addresses of a /24
_LEAST = 4096  # addresses of a provider worth naming
_PROVIDERS = 14  # of a country
_SMALLEST = 24  # longest prefix looked at
COUNTRIES = (
    *("NO", "SE", "DE", "GB", "US", "ES", "FR", "PL", "BR", "IN"),
    *("NL", "IT", "NG", "RO", "RU", "VN", "CN", "ID", "TR", "UA"),
)
LANGUAGES = {
    "NO": "nb-NO",
    "SE": "sv-SE",
    "DE": "de-DE",
    "GB": "en-GB",
    "US": "en-US",
    "ES": "es-ES",
    "FR": "fr-FR",
    "PL": "pl-PL",
    "BR": "pt-BR",
    "IN": "en-IN",
    "IT": "it-IT",
    "NL": "nl-NL",
}
ENGLISH = "en-US"

Prefix = int  # first address of a /24


@dataclass(frozen=True, slots=True)
class Provider:
    """One network's address space in one country."""

    asn: int
    country: str
    blocks: tuple[tuple[int, int], ...]  # first address, how many /24
    size: int

    def prefix(self, rng: Random) -> Prefix:
        """Some /24 of it."""
        start, count = rng.choices(self.blocks, [block[1] for block in self.blocks])[0]
        return start + _BLOCK * rng.randrange(count)


@dataclass(frozen=True, slots=True)
class World:
    """Providers by country, homes and hosters apart, and the clocks of each country."""

    homes: dict[str, list[Provider]]
    hosters: dict[str, list[Provider]]
    clocks: dict[str, int] = field(default_factory=dict)  # minutes east of UTC, in winter

    @classmethod
    def load(cls, countries: Sequence[str], path: Path | None = None) -> "World":
        """The bundled address space of some countries, and of those that attackers come from."""
        wanted = set(countries) | set(COUNTRIES)
        hosting = Networks(NetworkPaths(tor=None, listed=None))
        spaces: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
        names: dict[int, str | None] = {}
        with maxminddb.open_database(path or data_file("networks.mmdb")) as database:
            for network, record in database:
                if network.version != 4 or network.prefixlen > _SMALLEST or not isinstance(record, dict):
                    continue
                asn, country = record.get("autonomous_system_number"), record.get("country_code")
                if not isinstance(asn, int) or country not in wanted:
                    continue
                organisation = record.get("autonomous_system_organization")
                names[asn] = organisation if isinstance(organisation, str) else None
                block = (int(network.network_address), network.num_addresses // _BLOCK)
                spaces[str(country), asn].append(block)
        homes: dict[str, list[Provider]] = defaultdict(list)
        hosters: dict[str, list[Provider]] = defaultdict(list)
        for (country, asn), blocks in sorted(spaces.items()):
            size = _BLOCK * sum(count for _, count in blocks)
            if size < _LEAST:
                continue
            is_hoster = hosting.is_hosting(asn, names[asn])
            provider = Provider(asn, country, tuple(blocks), size)
            (hosters if is_hoster else homes)[country].append(provider)
        for providers in (*homes.values(), *hosters.values()):
            providers.sort(key=lambda each: (-each.size, each.asn))
            del providers[_PROVIDERS:]
        table = load_countries()
        clocks = {code: min(table[code].offsets or {0}) for code in wanted if code in table}
        return cls(dict(homes), dict(hosters), clocks)

    def home(self, country: str, rng: Random) -> Provider:
        """A provider of homes, the large ones more often."""
        known = self.homes[country]
        return rng.choices(known, [provider.size**0.6 for provider in known])[0]

    def hoster(self, rng: Random, country: str | None = None) -> Provider:
        """A hoster, in a country where it has one."""
        code = country if country in self.hosters else rng.choice(sorted(self.hosters))
        return rng.choice(self.hosters[code])

    def anywhere(self, rng: Random) -> str:
        """A country."""
        return rng.choice([code for code in COUNTRIES if code in self.homes])

    def carriers(self, country: str, rng: Random) -> list[list[Prefix]]:
        """The exits of three mobile carriers."""
        return [
            [provider.prefix(rng) for _ in range(rates.CARRIER_PREFIXES)]
            for provider in (self.home(country, rng) for _ in range(3))
        ]

    def zone(self, country: str, is_summer: bool) -> str:  # noqa: FBT001 - one of two clocks
        """The clock as collectors write it."""
        minutes = self.clocks.get(country, 0) + (60 if is_summer and country not in _NO_SUMMER else 0)
        return f"{'-' if minutes < 0 else ''}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


_NO_SUMMER = frozenset(["BR", "IN", "NG", "RU", "VN", "CN", "ID", "TR"])


def address(prefix: Prefix, rng: Random) -> str:
    """Some host of a /24."""
    return str(ipaddress.ip_address(prefix + rng.randrange(2, 254)))
