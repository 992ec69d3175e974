"""The file of an imported list: a header, blocks of 256 hashes each, the first hash of every block.

A hash is its first 64 bits. Input comes in ascending order, so a block is a stretch of the number line,
cut into 512 buckets of equal width, each cut into 256 places. The block keeps how many of its hashes are
in each bucket (Elias and Fano's unary code: a one for every hash, a zero after every bucket) and of each
hash its place, one byte. 256 hashes on 512 x 256 places: a stranger finds its place taken once in 512
times. Blocks adapt to whatever stretch they cover, so neither the number of hashes nor their spread has to
be known beforehand.

    header   4,096 bytes: JSON, spaces, a line feed
    blocks   96 bytes of unary code, 256 places; with `has_checks` another 256 x 4 bytes, the hashes'
             next 32 bits
    firsts   8 bytes a block, and at the end the last hash of all

That is 11.25 bits a hash (43.25 with checks): a billion take 1.41 GB. All numbers are little-endian.
"""

from typing import Literal

import msgspec
from msgspec import Struct

from riskengine.breaches.hashes import Kind

FORMAT: Literal["riskengine breaches 1"] = "riskengine breaches 1"
HEADER_SIZE = 4096
WIDTH = 256  # hashes of a block
BUCKETS = 512
PLACES = 256  # of a bucket
UNARY_BITS = WIDTH + BUCKETS
UNARY_SIZE = UNARY_BITS // 8
BLOCK_SIZE = UNARY_SIZE + WIDTH
CHECK_SIZE = 4
KEY_SIZE = 8

# A stretch wider than this is measured in coarser steps, so that all arithmetic fits into 64 bits.
WIDE = 1 << 46
COARSE = 18


class ListFileError(ValueError):
    """A file is no imported list, or not a whole one."""


class Header(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an imported list is. Times are microseconds."""

    format: Literal["riskengine breaches 1"] = FORMAT
    kind: Kind
    entries: int
    blocks: int
    has_checks: bool
    least_count: int
    source: str  # the file that was imported, without its folder
    source_date: int  # when that file was last changed
    imported: int

    @property
    def stride(self) -> int:
        """Bytes from one block to the next."""
        return stride_of(has_checks=self.has_checks)

    @property
    def firsts_at(self) -> int:
        """Where the blocks end."""
        return HEADER_SIZE + self.blocks * self.stride

    @property
    def size(self) -> int:
        """Bytes of the whole file."""
        return self.firsts_at + (self.blocks + 1) * KEY_SIZE


def stride_of(*, has_checks: bool) -> int:
    """Bytes of one block."""
    return BLOCK_SIZE + (WIDTH * CHECK_SIZE if has_checks else 0)


def size_of(entries: int, *, has_checks: bool = False) -> int:
    """Bytes that so many hashes take."""
    blocks = -(-entries // WIDTH)
    return HEADER_SIZE + blocks * stride_of(has_checks=has_checks) + (blocks + 1) * KEY_SIZE


def place_of(offset: int, span: int) -> int:
    """Bucket and place (bucket * 256 + place) of a hash `offset` past the first one of its block.

    `span` is how far the next block's first hash is. `builder` computes the same for many at once.
    """
    shift = COARSE if span >= WIDE else 0
    return (offset >> shift) * (BUCKETS * PLACES) // ((span >> shift) + 1)


def header_bytes(header: Header) -> bytes:
    """The header as it stands in the file."""
    text = msgspec.json.encode(header)
    if len(text) >= HEADER_SIZE:
        raise ListFileError("the name of the source is too long")
    return text.ljust(HEADER_SIZE - 1) + b"\n"


def read_header(data: bytes) -> Header:
    """The header at the start of a file.

    Raises:
        ListFileError: it is none, or of a newer format.
    """
    try:
        header = msgspec.json.decode(data[:HEADER_SIZE], type=Header)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ListFileError("this is no list made by `riskengine breaches import`") from None
    if min(header.entries, header.blocks) < 1 or not 0 <= header.blocks * WIDTH - header.entries < WIDTH:
        raise ListFileError("the header contradicts itself")
    return header
