"""Pools' own lists of breached passwords."""

from collections.abc import Sequence

from riskengine.storage.interface import PasswordList
from riskengine.storage.sql import Columns
from riskengine.storage.statements import breached_passwords as sql
from riskengine.storage.tables.table import Table


class BreachedPasswords(Table):
    """Digests of passwords that pools do not want."""

    __slots__ = ()

    async def has(self, pool: str, digest: bytes) -> bool:
        """Whether the pool lists it."""
        return bool(await self._rows(sql.HAS, {"pool": pool, "digest": digest}))

    async def any(self, pool: str) -> bool:
        """Whether the pool has a list of its own."""
        return bool(await self._rows(sql.ANY, {"pool": pool}))

    async def lists(self) -> Sequence[PasswordList]:
        """The lists of all pools that have one, in the order of their ids."""
        return [PasswordList(*row) for row in await self._rows(sql.LISTS, {})]

    def add(self, pool: str, digest: bytes, now: int) -> None:
        """Add, if it is not listed."""
        row: Columns = {"pool": pool, "digest": digest, "added": now}
        self._do(sql.ADD, row)

    def clear(self, pool: str) -> None:
        """Delete the pool's list, if there is one."""
        self._do(sql.CLEAR, {"pool": pool})
