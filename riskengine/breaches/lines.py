"""Lines of a Pwned Passwords list (`HEX:COUNT`, ascending by hash), read a few megabytes at a time."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskengine.breaches.builder import Bytes, Keys
from riskengine.breaches.hashes import HEX_DIGITS, Kind
from riskengine.breaches.layout import CHECK_SIZE, KEY_SIZE

LONGEST_LINE = 40 + 1 + 10 + 2  # hash, colon, count, line end
_MOST_DIGITS = 10
_DIGITS_READ = 2 * (KEY_SIZE + CHECK_SIZE)
_LINE_FEED, _RETURN, _COLON, _ZERO = b"\n\r:0"

_NO_DIGIT = 255
_VALUE = np.full(256, _NO_DIGIT, np.uint8)
for _alphabet in (b"0123456789ABCDEF", b"0123456789abcdef"):
    _VALUE[np.frombuffer(_alphabet, np.uint8)] = np.arange(16)


class ListError(ValueError):
    """A line is none of such a list; the text says which and why, never what it holds."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line:,}: {reason}")


@dataclass(frozen=True, slots=True)
class Lines:
    """What a stretch of a list says, line by line: the first 64 bits of each hash, the next 32, the count."""

    keys: Keys
    checks: Bytes
    counts: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.keys)


def kind_of(line: bytes) -> Kind:
    """Which hashes a list has, by its first line.

    Raises:
        ListError: it is no list.
    """
    digits = line.find(b":")
    for kind, length in HEX_DIGITS.items():
        if digits == length:
            return kind
    raise ListError(1, "there is no SHA-1 or NTLM hash and a count (HEX:COUNT)")


def read_lines(data: bytes, kind: Kind, first: int) -> Lines:
    """The lines of a stretch that ends with a line feed; `first` is the number of its first line.

    Raises:
        ListError: naming the first bad line.
    """
    text, digits = np.frombuffer(data, np.uint8), HEX_DIGITS[kind]
    ends = np.flatnonzero(text == _LINE_FEED)
    starts = np.concatenate((np.zeros(1, np.int64), ends[:-1] + 1))
    ends = ends - (text[ends - 1] == _RETURN)  # a lone line feed at 0 looks at the last byte: no harm
    lengths = ends - starts - digits - 1  # of the counts
    _require((lengths >= 1) & (lengths <= _MOST_DIGITS), first, "this is not HEX:COUNT")
    _require(text[starts + digits] == _COLON, first, "this is not HEX:COUNT")
    rows = np.lib.stride_tricks.sliding_window_view(text, digits)[starts]
    values = _VALUE[rows]
    _require(values.max(axis=1, initial=0) < _NO_DIGIT, first, "the hash is not hexadecimal")
    counts = _counts(text, ends, lengths, first)
    packed: Bytes = values[:, 0:_DIGITS_READ:2] << np.uint8(4) | values[:, 1:_DIGITS_READ:2]
    keys = np.ascontiguousarray(packed[:, :KEY_SIZE]).view(">u8")[:, 0].astype(np.uint64)
    return Lines(keys, packed[:, KEY_SIZE:], counts)


def require_ascending(keys: Keys, last: int, first: int) -> None:
    """Raises ListError where a hash is smaller than the one before it (`last` before the first)."""
    previous = np.concatenate((np.array([last], np.uint64), keys[:-1]))
    _require(keys >= previous, first, "out of order: import the list that is ordered by hash")


def _counts(
    text: Bytes, ends: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64], first: int
) -> npt.NDArray[np.int64]:
    counts, power = np.zeros(len(ends), np.int64), 1
    rows = np.arange(len(ends))
    for back in range(1, int(lengths.max(initial=0)) + 1):
        rows = rows[lengths[rows] >= back]
        digits = text[ends[rows] - back].astype(np.int64) - _ZERO
        bad = (digits < 0) | (digits > 9)
        if bad.any():
            raise ListError(first + int(rows[bad][0]), "the count is no number")
        counts[rows] += digits * power
        power *= 10
    return counts


def _require(good: npt.NDArray[np.bool_], first: int, reason: str) -> None:
    if not good.all():
        raise ListError(first + int(np.argmin(good)), reason)
