"""Blocks of an imported list, made of ascending hashes as they come."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskengine.breaches.layout import (
    BLOCK_SIZE,
    BUCKETS,
    CHECK_SIZE,
    COARSE,
    PLACES,
    UNARY_BITS,
    UNARY_SIZE,
    WIDE,
    WIDTH,
    stride_of,
)

Keys = npt.NDArray[np.uint64]
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Blocks:
    """Finished blocks, as bytes of the file, and the first hash of each."""

    content: Bytes
    firsts: Keys

    def __len__(self) -> int:
        return len(self.firsts)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Hashes whose block is not done: what an import must remember to go on later."""

    keys: Keys
    checks: Bytes

    def __len__(self) -> int:
        return len(self.keys)

    def and_then(self, keys: Keys, checks: Bytes) -> "Waiting":
        """With more hashes behind."""
        return Waiting(np.concatenate((self.keys, keys)), np.concatenate((self.checks, checks)))

    def without(self, many: int) -> "Waiting":
        """Without the first ones."""
        return Waiting(self.keys[many:], self.checks[many:])


NOTHING = Waiting(np.empty(0, np.uint64), np.empty((0, CHECK_SIZE), np.uint8))


class Builder:
    """Takes hashes in ascending order and gives blocks; a block is done when the next one's first is known.

    A hash is its first 64 bits (`keys`); `checks` are its next 32, kept where the list is to have them.
    Of hashes that share the first 64 bits (in a billion, one pair in 40 lists) the first one is kept.
    """

    def __init__(self, *, has_checks: bool, waiting: Waiting = NOTHING) -> None:
        self._has_checks = has_checks
        self.waiting = waiting

    def add(self, keys: Keys, checks: Bytes) -> Blocks:
        """Take hashes that follow those before; answers the blocks that they complete."""
        is_new = np.ones(len(keys), np.bool_)
        is_new[1:] = keys[1:] != keys[:-1]
        if len(self.waiting) and len(keys):
            is_new[0] = keys[0] != self.waiting.keys[-1]
        self.waiting = self.waiting.and_then(keys[is_new], checks[is_new])
        # One waits at least: where it begins, the block before it ends.
        return self._taken(max(0, len(self.waiting) - 1) // WIDTH, WIDTH)

    def finish(self) -> tuple[Blocks, int]:
        """The last block, and the last hash of all; something must wait."""
        last, count = self.waiting.keys[-1:], len(self.waiting)
        self.waiting = self.waiting.and_then(last, self.waiting.checks[-1:])  # the end of the last stretch
        return self._taken(1, count), int(last[0])

    def _taken(self, blocks: int, width: int) -> Blocks:
        many = blocks * width
        keys = self.waiting.keys[:many].reshape(blocks, width)
        ends = self.waiting.keys[width : many + 1 : width]
        content = np.zeros((blocks, stride_of(has_checks=self._has_checks)), np.uint8)
        _encode(keys, ends[:blocks], content)
        if self._has_checks:
            checks = self.waiting.checks[:many].reshape(blocks, width * CHECK_SIZE)
            content[:, BLOCK_SIZE : BLOCK_SIZE + width * CHECK_SIZE] = checks
        self.waiting = self.waiting.without(many)
        return Blocks(content, keys[:, 0].copy())


def _encode(keys: Keys, ends: Keys, content: Bytes) -> None:
    """Write unary code and places of blocks (rows of `keys`) that end where the next begins."""
    spans = ends - keys[:, 0]
    shifts = np.where(spans >= np.uint64(WIDE), np.uint64(COARSE), np.uint64(0))[:, None]
    offsets = (keys - keys[:, :1]) >> shifts
    # The same as layout.place_of: below 2**46 * 2**17 nothing overflows.
    places = offsets * np.uint64(BUCKETS * PLACES) // ((spans[:, None] >> shifts) + np.uint64(1))
    ones = (places // np.uint64(PLACES)).astype(np.int64) + np.arange(keys.shape[1])
    bits = np.zeros((len(keys), UNARY_BITS), np.uint8)
    np.put_along_axis(bits, ones, 1, axis=1)
    content[:, :UNARY_SIZE] = np.packbits(bits, axis=1, bitorder="little")
    content[:, UNARY_SIZE : UNARY_SIZE + keys.shape[1]] = (places % np.uint64(PLACES)).astype(np.uint8)
