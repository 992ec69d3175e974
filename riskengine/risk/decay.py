"""Counts that fade with time: the memory of the population, bounded in size."""

from collections.abc import Mapping
from math import exp2, log
from typing import Any, Final
from zlib import crc32

HOUR: Final = 3600.0
DAY: Final = 86400.0

_BITS: Final = 128
# Linear counting: n distinct members leave about m * exp(-n / m) of m bits unset.
_DISTINCT: Final = tuple(_BITS * log(_BITS / max(_BITS - ones, 1)) for ones in range(_BITS + 1))


def faded(value: float, age: float, half_life: float) -> float:
    """What is left of `value` after `age`; age and half-life share one unit."""
    return value if age <= 0.0 else value * exp2(-age / half_life)


def day_of(time: float) -> int:
    """Days since the epoch, UTC."""
    return int(time // DAY)


class Tally:
    """Decaying counts by key; at capacity the one longest untouched is forgotten."""

    __slots__ = ("_counts", "capacity", "half_life")

    def __init__(self, half_life: float, capacity: int) -> None:
        self.half_life = half_life
        self.capacity = capacity
        self._counts: dict[str, tuple[float, float]] = {}

    def __len__(self) -> int:
        return len(self._counts)

    def get(self, key: str | None, now: float) -> float:
        """Decayed count of a key, 0 for one never seen."""
        entry = self._counts.get(key) if key is not None else None
        if entry is None:
            return 0.0
        age = now - entry[1]
        return entry[0] if age <= 0.0 else entry[0] * exp2(-age / self.half_life)

    def add(self, key: str | None, now: float, amount: float = 1.0, limit: float = 1e9) -> None:
        """Count a key once more, to at most `limit`; None is nothing to count."""
        if key is None:
            return
        entry = self._counts.pop(key, None)
        if entry is None:
            if len(self._counts) >= self.capacity:
                del self._counts[next(iter(self._counts))]
            self._counts[key] = (min(amount, limit), now)
            return
        value, since = entry
        age = now - since
        if age > 0.0:
            value, since = value * exp2(-age / self.half_life), now
        self._counts[key] = (max(value, min(value + amount, limit)), since)

    def take(self, key: str | None, amount: float) -> None:
        """Count a key less, never below nothing."""
        entry = self._counts.get(key) if key is not None else None
        if entry is not None and key is not None:
            self._counts[key] = (max(0.0, entry[0] - amount), entry[1])

    def to_state(self) -> dict[str, tuple[float, float]]:
        """Plain values, oldest first."""
        return dict(self._counts)

    def load(self, state: Mapping[str, Any]) -> None:
        """Take over what `to_state` gave."""
        self._counts = {str(key): (float(entry[0]), float(entry[1])) for key, entry in state.items()}


class Crowd:
    """About how many distinct members came with a key during the last one to two spans.

    Each key costs two 128-bit sketches; estimates are within a tenth up to a few hundred members.
    """

    __slots__ = ("_sketches", "capacity", "span")

    def __init__(self, span: float, capacity: int) -> None:
        self.span = span
        self.capacity = capacity
        self._sketches: dict[str, tuple[int, int, int]] = {}

    def __len__(self) -> int:
        return len(self._sketches)

    def count(self, key: str | None, now: float, without: str | None = None) -> float:
        """Estimated distinct members of a key, `without` one of them."""
        bits = self._bits(key, now)
        if not bits:
            return 0.0
        if without is not None:
            bits &= ~_bit(without)
        return _DISTINCT[bits.bit_count()]

    def add(self, key: str | None, member: str, now: float) -> None:
        """Note that a member came with a key."""
        if key is None:
            return
        window = int(now // self.span)
        entry = self._sketches.pop(key, None)
        if entry is None:
            if len(self._sketches) >= self.capacity:
                del self._sketches[next(iter(self._sketches))]
            entry = (window, 0, 0)
        elif entry[0] < window:
            entry = (window, 0, entry[1] if entry[0] == window - 1 else 0)
        self._sketches[key] = (entry[0], entry[1] | _bit(member), entry[2])

    def _bits(self, key: str | None, now: float) -> int:
        entry = self._sketches.get(key) if key is not None else None
        if entry is None:
            return 0
        lag = int(now // self.span) - entry[0]
        if lag <= 0:
            return entry[1] | entry[2]
        return entry[1] if lag == 1 else 0

    def to_state(self) -> dict[str, tuple[int, str, str]]:
        """Plain values, oldest first; sketches as hexadecimal text, JSON has no 128-bit numbers."""
        return {key: (window, hex(now), hex(then)) for key, (window, now, then) in self._sketches.items()}

    def load(self, state: Mapping[str, Any]) -> None:
        """Take over what `to_state` gave."""
        self._sketches = {
            str(key): (int(entry[0]), int(entry[1], 16), int(entry[2], 16)) for key, entry in state.items()
        }


def _bit(member: str) -> int:
    # A checksum alone maps names in sequence onto few bits; the golden ratio scatters them.
    return 1 << ((crc32(member.encode("utf-8", "surrogatepass")) * 0x9E3779B1 & 0xFFFFFFFF) >> 25)
