"""Looks a hash up in an imported list, mapped into memory: a search of the firsts, then one block."""

import mmap
from bisect import bisect_right
from pathlib import Path
from typing import Self

from riskengine.breaches.layout import (
    BLOCK_SIZE,
    CHECK_SIZE,
    HEADER_SIZE,
    KEY_SIZE,
    PLACES,
    UNARY_BITS,
    UNARY_SIZE,
    Header,
    ListFileError,
    place_of,
    read_header,
)

_NEAR = 1024  # blocks
_BELOW = tuple((1 << bits) - 1 for bits in range(UNARY_BITS + 1))


class BreachFilter:
    """An imported list. It has no false negatives; of unknown hashes one in 512 is found all the same.

    With checks, one in 2 * 10**12 is. The file must stay as it is: replace it by renaming another over it.
    """

    def __init__(self, header: Header, mapped: mmap.mmap) -> None:
        self.header = header
        self._map = mapped
        self._stride = header.stride
        self._firsts = memoryview(mapped)[header.firsts_at :].cast("Q")

    @classmethod
    def open(cls, path: Path) -> Self:
        """Map a file.

        Raises:
            OSError: it can't be read.
            ListFileError: it is no list, or cut short.
        """
        with path.open("rb") as file:
            header = read_header(file.read(HEADER_SIZE))
            if file.seek(0, 2) != header.size:
                raise ListFileError("the list is cut short")
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        mapped.madvise(mmap.MADV_RANDOM)
        return cls(header, mapped)

    def __len__(self) -> int:
        return self.header.entries

    def has(self, digest: bytes) -> bool:
        """Whether a hash (16 bytes or more) is in the list; a few microseconds."""
        key = int.from_bytes(digest[:KEY_SIZE], "big")
        number = self._block_of(key)
        if number is None:
            return False
        first = self._firsts[number]
        bucket, place = divmod(place_of(key - first, self._firsts[number + 1] - first), PLACES)
        at = HEADER_SIZE + number * self._stride
        unary = int.from_bytes(self._map[at : at + UNARY_SIZE], "little")
        start = _start_of(unary, bucket)
        rest = unary >> start
        # As many hashes as ones before the next zero.
        many = (rest ^ (rest + 1)).bit_length() - 1
        begin = at + UNARY_SIZE + start - bucket
        places = self._map[begin : begin + many]
        if place not in places:
            return False
        return not self.header.has_checks or self._is_checked(digest, at, start - bucket, places, place)

    def _block_of(self, key: int) -> int | None:
        """The last block whose first hash is not greater, if it reaches as far as the key."""
        blocks, firsts = self.header.blocks, self._firsts
        # Hashes are spread evenly: the block is near where it would be if they were perfectly so.
        guess = key * blocks >> 64
        low, high = max(0, guess - _NEAR), min(blocks, guess + _NEAR)
        if firsts[low] > key:
            low, high = 0, low
        elif firsts[high] <= key:
            low, high = high, blocks
        number = bisect_right(firsts, key, low, high) - 1
        return number if number >= 0 and key <= firsts[blocks] else None

    def _is_checked(self, digest: bytes, at: int, before: int, places: bytes, place: int) -> bool:
        check = digest[KEY_SIZE : KEY_SIZE + CHECK_SIZE]
        checks = at + BLOCK_SIZE + before * CHECK_SIZE
        return any(
            found == place
            and self._map[checks + index * CHECK_SIZE : checks + (index + 1) * CHECK_SIZE] == check
            for index, found in enumerate(places)
        )


def _start_of(unary: int, bucket: int) -> int:
    """Where a bucket's ones begin: behind as many zeros as there are buckets before it.

    That is the least `start` that equals `bucket` and the ones below it, approached from below.
    """
    start = bucket
    while (further := bucket + (unary & _BELOW[start]).bit_count()) != start:
        start = further
    return start
