"""Passkeys of users."""

from collections.abc import Sequence

from riskengine.entities import Passkey
from riskengine.storage import records
from riskengine.storage.sql import Columns
from riskengine.storage.statements import passkeys as sql
from riskengine.storage.tables.table import Table


class Passkeys(Table):
    """Passkeys of users, in the order of their ids."""

    __slots__ = ()

    async def find(self, pool: str, sub: str, passkey: str) -> Passkey | None:
        """The user's passkey, if there is one."""
        return await self._find(Passkey, sql.FIND, {"pool": pool, "sub": sub, "passkey": passkey})

    async def list_(self, pool: str, sub: str, *, after: str, limit: int) -> Sequence[Passkey]:
        """A page of a user's passkeys whose ids follow `after`."""
        page: Columns = {"pool": pool, "sub": sub, "after": after, "limit": limit}
        return await self._all(Passkey, sql.LIST, page)

    def add(self, passkey: Passkey) -> None:
        """Add; AlreadyExists("passkey") at commit."""
        self._add(sql.ADD, records.passkey_row(passkey), "passkey")

    def save(self, passkey: Passkey) -> None:
        """Save the version that was read."""
        row = {**records.passkey_row(records.saved(passkey)), "version": passkey.version}
        self._swap(sql.SAVE, row, passkey.pool, passkey.sub, passkey.id, passkey.version)

    def delete(self, passkey: Passkey) -> None:
        """Delete, if it is still there."""
        self._do(sql.DELETE, {"pool": passkey.pool, "sub": passkey.sub, "passkey": passkey.id})
