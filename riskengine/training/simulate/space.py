"""Address space: real prefixes of real networks out of the bundled tables, and addresses in them."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from ipaddress import IPv6Address
from itertools import accumulate
from random import Random

import maxminddb

from riskengine.base.bundle import data_file

_V4_BLOCK = 8  # bits of a /24
_FINEST = {4: 24, 6: 48}

Prefix = int  # first address of a /24


@dataclass(slots=True)
class Network:
    """One network's address space in one country."""

    asn: int
    country: str
    name: str
    blocks: list[tuple[Prefix, int]] = field(default_factory=list)  # first address, how many /24
    blocks6: list[tuple[int, int]] = field(default_factory=list)  # first address, length of the prefix
    _counts: list[int] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many /24 it has."""
        return sum(count for _, count in self.blocks)

    def prefix(self, rng: Random) -> Prefix:
        """Any /24 of it."""
        if not self._counts:
            self._counts = list(accumulate(count for _, count in self.blocks))
        place = rng.randrange(self._counts[-1])
        at = bisect_right(self._counts, place)
        start, count = self.blocks[at]
        return start + ((place - self._counts[at] + count) << _V4_BLOCK)

    def prefix6(self, rng: Random) -> int | None:
        """First address of any /56 of it; None where it has no IPv6."""
        if not self.blocks6:
            return None
        start, length = rng.choice(self.blocks6)
        return start + (rng.getrandbits(56 - length) << 72)


def read_networks(countries: Collection[str], asns: Collection[int]) -> dict[tuple[str, int], Network]:
    """Every network of some countries, and some networks wherever they are, by country and number."""
    found: dict[tuple[str, int], Network] = {}
    seen6: dict[tuple[str, int], set[int]] = defaultdict(set)
    wanted, anywhere = frozenset(countries), frozenset(asns)
    with maxminddb.open_database(data_file("networks.mmdb")) as database:
        for block, record in database:
            if not isinstance(record, dict):
                continue
            asn, country = record.get("autonomous_system_number"), record.get("country_code")
            if not isinstance(asn, int) or not isinstance(country, str):
                continue
            if (country not in wanted and asn not in anywhere) or block.prefixlen > _FINEST[block.version]:
                continue
            name = record.get("autonomous_system_organization")
            network = found.setdefault((country, asn), Network(asn, country, str(name or "")))
            start = int(block.network_address)
            if block.version == 4:
                network.blocks.append((start, block.num_addresses >> _V4_BLOCK))
            elif len(seen6[country, asn]) < 64 and start >> 80 not in seen6[country, asn]:
                seen6[country, asn].add(start >> 80)
                network.blocks6.append((start, block.prefixlen))
    return {key: network for key, network in sorted(found.items()) if network.blocks}


def address(prefix: Prefix, rng: Random) -> str:
    """Some host of a /24."""
    return v4_text(prefix + rng.randrange(1, 255))


def v4_text(number: int) -> str:
    """Dotted decimal."""
    return f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def address6(prefix: int, subnet: int, rng: Random) -> str:
    """Some host of a /64 in a /56; hosts make up a new one every day and for every network."""
    return str(IPv6Address(prefix + (subnet << 64) + rng.getrandbits(64)))
