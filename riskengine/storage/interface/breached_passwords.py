"""Pools' own lists of breached passwords: keyed digests, never the passwords."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PasswordList:
    """What can be told of a pool's list; `added` is when the newest entry came, in microseconds."""

    pool: str
    entries: int
    added: int


class BreachedPasswords(Protocol):
    """Digests of passwords that pools do not want."""

    async def has(self, pool: str, digest: bytes) -> bool:
        """Whether the pool lists it."""
        ...

    async def any(self, pool: str) -> bool:
        """Whether the pool has a list of its own."""
        ...

    async def lists(self) -> Sequence[PasswordList]:
        """The lists of all pools that have one, in the order of their ids."""
        ...

    def add(self, pool: str, digest: bytes, now: int) -> None:
        """Add, if it is not listed."""
        ...

    def clear(self, pool: str) -> None:
        """Delete the pool's list, if there is one."""
        ...
