"""Signing keys of pools, access keys of operators."""

from collections.abc import Sequence

from riskengine.entities import AccessKey, SigningKey
from riskengine.storage import records
from riskengine.storage.statements import keys as sql
from riskengine.storage.tables.table import Table


class Keys(Table):
    """Signing keys of pools, access keys of operators."""

    __slots__ = ()

    async def signing(self, pool: str) -> Sequence[SigningKey]:
        """All keys of a pool, newest first."""
        return await self._all(SigningKey, sql.SIGNING, {"pool": pool})

    async def access(self, key: str) -> AccessKey | None:
        """The access key, if there is one."""
        return await self._find(AccessKey, sql.ACCESS, {"id": key})

    async def list_access(self) -> Sequence[AccessKey]:
        """All access keys, oldest first."""
        return await self._all(AccessKey, sql.LIST_ACCESS, {})

    def add_signing(self, key: SigningKey) -> None:
        """Add; AlreadyExists("signing_key") at commit."""
        self._add(sql.ADD_SIGNING, records.signing_key_row(key), "signing_key")

    def add_access(self, key: AccessKey) -> None:
        """Add; AlreadyExists("access_key") at commit."""
        self._add(sql.ADD_ACCESS, records.access_key_row(key), "access_key")

    def delete_access(self, key: str) -> None:
        """Delete, if there is one."""
        self._do(sql.DELETE_ACCESS, {"id": key})
