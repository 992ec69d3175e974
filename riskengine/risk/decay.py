"""Counts that fade with time: the memory of the population, bounded in size."""

from collections.abc import Iterable, Mapping, Sequence
from math import exp2, log
from struct import pack, unpack
from typing import Any, Final
from zlib import crc32

from riskengine.risk.table import Packed, Table

HOUR: Final = 3600.0
DAY: Final = 86400.0

_BITS: Final = 128
_BYTES: Final = _BITS // 8
# Linear counting: n distinct members leave about m * exp(-n / m) of m bits unset.
_DISTINCT: Final = tuple(_BITS * log(_BITS / max(_BITS - ones, 1)) for ones in range(_BITS + 1))


def faded(value: float, age: float, half_life: float) -> float:
    """What is left of `value` after `age`; age and half-life share one unit."""
    return value if age <= 0.0 else value * exp2(-age / half_life)


def day_of(time: float) -> int:
    """Days since the epoch, UTC."""
    return int(time // DAY)


class Tally(Table[tuple[float, float]]):
    """Decaying counts by key; at capacity the one longest untouched is forgotten."""

    __slots__ = ("half_life",)

    def __init__(self, half_life: float, capacity: int) -> None:
        super().__init__(capacity)
        self.half_life = half_life

    def get(self, key: str | None, now: float) -> float:
        """Decayed count of a key, 0 for one never seen."""
        entry = self._entries.get(key) if key is not None else None
        if entry is None:
            return 0.0
        age = now - entry[1]
        return entry[0] if age <= 0.0 else entry[0] * exp2(-age / self.half_life)

    def add(self, key: str | None, now: float, amount: float = 1.0, limit: float = 1e9) -> None:
        """Count a key once more, to at most `limit`; None is nothing to count."""
        if key is None:
            return
        entry = self._entries.pop(key, None)
        if entry is None:
            self._make_room()
            self._entries[key] = (min(amount, limit), now)
            return
        if self._eldest:
            self._eldest.pop(key, None)
        value, since = entry
        age = now - since
        if age > 0.0:
            value, since = value * exp2(-age / self.half_life), now
        self._entries[key] = (max(value, min(value + amount, limit)), since)

    def take(self, key: str | None, amount: float) -> None:
        """Count a key less, never below nothing."""
        entry = self._entries.get(key) if key is not None else None
        if entry is not None and key is not None:
            self._entries[key] = (max(0.0, entry[0] - amount), entry[1])

    def to_state(self) -> dict[str, tuple[float, float]]:
        """Plain values, oldest first."""
        return dict(self._entries)

    def _columns(self, entries: Sequence[tuple[float, float]]) -> Sequence[bytes]:
        return [pack(f"<{len(entries)}d", *column) for column in zip(*entries, strict=True)]

    def add_piece(self, piece: Packed) -> None:
        """Take over, behind what is there, a piece of what stood still."""
        keys, columns = piece
        counts, times = (unpack(f"<{len(keys)}d", column) for column in columns)
        self._entries.update(zip(keys, zip(counts, times, strict=True), strict=True))

    def load(self, state: Mapping[str, Any]) -> None:
        """Take over what `to_state` gave."""
        self._replace({str(key): (float(entry[0]), float(entry[1])) for key, entry in state.items()})


class Crowd(Table[tuple[int, int, int]]):
    """About how many distinct members came with a key during the last one to two spans.

    Each key costs two 128-bit sketches; estimates are within a tenth up to a few hundred members.
    """

    __slots__ = ("span",)

    def __init__(self, span: float, capacity: int) -> None:
        super().__init__(capacity)
        self.span = span

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
        entry = self._entries.pop(key, None)
        if entry is None:
            self._make_room()
            entry = (window, 0, 0)
        else:
            if self._eldest:
                self._eldest.pop(key, None)
            if entry[0] < window:
                entry = (window, 0, entry[1] if entry[0] == window - 1 else 0)
        self._entries[key] = (entry[0], entry[1] | _bit(member), entry[2])

    def _bits(self, key: str | None, now: float) -> int:
        entry = self._entries.get(key) if key is not None else None
        if entry is None:
            return 0
        lag = int(now // self.span) - entry[0]
        if lag <= 0:
            return entry[1] | entry[2]
        return entry[1] if lag == 1 else 0

    def to_state(self) -> dict[str, tuple[int, str, str]]:
        """Plain values, oldest first; sketches as hexadecimal text, JSON has no 128-bit numbers."""
        return {key: (window, hex(now), hex(then)) for key, (window, now, then) in self._entries.items()}

    def load(self, state: Mapping[str, Any]) -> None:
        """Take over what `to_state` gave."""
        self._replace(
            {str(key): (int(entry[0]), int(entry[1], 16), int(entry[2], 16)) for key, entry in state.items()}
        )

    def _columns(self, entries: Sequence[tuple[int, int, int]]) -> Sequence[bytes]:
        windows, now, then = zip(*entries, strict=True)
        return [pack(f"<{len(entries)}q", *windows), _joined(now), _joined(then)]

    def add_piece(self, piece: Packed) -> None:
        """Take over, behind what is there, a piece of what stood still."""
        keys, columns = piece
        windows = unpack(f"<{len(keys)}q", columns[0])
        now, then = map(_cut, columns[1:])
        self._entries.update(zip(keys, zip(windows, now, then, strict=True), strict=True))


def _bit(member: str) -> int:
    # A checksum alone maps names in sequence onto few bits; the golden ratio scatters them.
    return 1 << ((crc32(member.encode("utf-8", "surrogatepass")) * 0x9E3779B1 & 0xFFFFFFFF) >> 25)


def _joined(sketches: Iterable[int]) -> bytes:
    return b"".join([each.to_bytes(_BYTES, "little") for each in sketches])


def _cut(column: bytes) -> list[int]:
    return [int.from_bytes(column[at : at + _BYTES], "little") for at in range(0, len(column), _BYTES)]
