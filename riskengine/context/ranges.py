"""Lists of CIDR ranges, compiled once into sorted intervals that are searched by bisection."""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Self

from riskengine.context.address import Address, parse_strict


class RangeError(ValueError):
    """An entry of a list that is no CIDR range; `entry` is its text, `position` counts from 0."""

    def __init__(self, entry: str, position: int) -> None:
        super().__init__(f"{entry[:64]!r} (entry {position + 1}) is not an address range in CIDR notation")
        self.entry = entry
        self.position = position


Interval = tuple[int, int]


class Ranges:
    """A set of IPv4 and IPv6 ranges."""

    def __init__(self, v4: Iterable[Interval] = (), v6: Iterable[Interval] = ()) -> None:
        starts, ends = _merged(v4)
        self._v4: tuple[Sequence[int], Sequence[int]] = (array("I", starts), array("I", ends))
        self._v6: tuple[Sequence[int], Sequence[int]] = _merged(v6)

    @classmethod
    def of(cls, entries: Iterable[str], *, single: bool = False) -> Self:
        """Compile CIDR texts; with `single` a bare address counts too. RangeError names a bad entry."""
        v4: list[Interval] = []
        v6: list[Interval] = []
        for position, entry in enumerate(entries):
            parsed = parse_range(entry, single=single)
            if parsed is None:
                raise RangeError(str(entry), position)
            is_v4, interval = parsed
            (v4 if is_v4 else v6).append(interval)
        return cls(v4, v6)

    def contains(self, address: Address | None) -> bool:
        """Whether the address lies in one of the ranges; an unknown one does not."""
        if address is None:
            return False
        starts, ends = self._v4 if address.is_v4 else self._v6
        index = bisect_right(starts, address.number) - 1
        return index >= 0 and address.number <= ends[index]

    def __len__(self) -> int:
        return len(self._v4[0]) + len(self._v6[0])


def parse_range(entry: str, *, single: bool = False) -> tuple[bool, Interval] | None:
    """Whether a CIDR text is IPv4, with its first and last number; None if it is no range.

    Bits behind the prefix are ignored: 203.0.113.7/24 means 203.0.113.0/24.
    """
    text, slash, length_text = entry.partition("/")
    if not (slash or single):
        return None
    address = parse_strict(text)
    if address is None:
        return None
    written = 32 if ":" not in text else 128
    length = written if not slash else _length(length_text, written)
    if length is None:
        return None
    if address.is_v4 and written == 128:
        length -= 96
    if length < 0:
        return None
    host = (32 if address.is_v4 else 128) - length
    first = address.number >> host << host
    return address.is_v4, (first, first + (1 << host) - 1)


def _length(text: str, longest: int) -> int | None:
    if not (text.isascii() and text.isdigit()) or len(text) > 3 or int(text) > longest:
        return None
    return int(text)


def _merged(intervals: Iterable[Interval]) -> tuple[list[int], list[int]]:
    starts: list[int] = []
    ends: list[int] = []
    for first, last in sorted(intervals):
        if ends and first <= ends[-1] + 1:
            ends[-1] = max(ends[-1], last)
        else:
            starts.append(first)
            ends.append(last)
    return starts, ends


NO_RANGES = Ranges()

# Addresses that say nothing of a person's place: private, shared (CGNAT inside), local, multicast, relayed.
# Documentation ranges are left in on purpose: no real caller has one, but every trial run does.
_NOT_PUBLIC = Ranges.of(
    (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "224.0.0.0/3",
        "::/3",
        "2001::/32",
        "2001:10::/28",
        "2001:20::/28",
        "2002::/16",
        "4000::/2",
        "8000::/1",
    )
)


def is_public(address: Address | None) -> bool:
    """Whether an address can tell where its user is."""
    return address is not None and not _NOT_PUBLIC.contains(address)
