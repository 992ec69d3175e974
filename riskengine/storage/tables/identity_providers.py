"""Identity providers."""

from collections.abc import Sequence

from riskengine.entities import IdentityProvider
from riskengine.storage import hosted_records as records
from riskengine.storage.records import saved
from riskengine.storage.statements import identity_providers as sql
from riskengine.storage.tables.table import Table


class IdentityProviders(Table):
    """Identity providers of a pool, in the order of their names."""

    __slots__ = ()

    async def find(self, pool: str, name: str) -> IdentityProvider | None:
        """The provider of a name, if the pool has it."""
        return await self._find(IdentityProvider, sql.FIND, {"pool": pool, "name": name})

    async def find_by_identifier(self, pool: str, identifier: str) -> IdentityProvider | None:
        """The provider that an identifier stands for, if there is one."""
        key = {"pool": pool, "identifier": identifier}
        return await self._find(IdentityProvider, sql.FIND_BY_IDENTIFIER, key)

    async def list_(self, pool: str, *, after: str, limit: int) -> Sequence[IdentityProvider]:
        """A page of providers whose names follow `after`."""
        return await self._all(IdentityProvider, sql.LIST, {"pool": pool, "after": after, "limit": limit})

    async def count(self, pool: str) -> int:
        """How many the pool has."""
        return await self._count(sql.COUNT, {"pool": pool})

    def add(self, provider: IdentityProvider) -> None:
        """Add; AlreadyExists("provider") or AlreadyExists("identifier") at commit."""
        self._add(sql.ADD, records.identity_provider_row(provider), "provider")
        self._add_identifiers(provider)

    def save(self, provider: IdentityProvider) -> None:
        """Save the version that was read; pool and name stay. AlreadyExists("identifier") at commit."""
        row = {**records.identity_provider_row(saved(provider)), "version": provider.version}
        self._swap(sql.SAVE, row, provider.pool, provider.name, provider.version)
        self._do(sql.DROP_IDENTIFIERS, {"pool": provider.pool, "name": provider.name})
        self._add_identifiers(provider)

    def delete(self, provider: IdentityProvider) -> None:
        """Delete with its identifiers, if it is still there."""
        key = {"pool": provider.pool, "name": provider.name}
        # The provider first: a save at the same time is over by then, its identifiers are seen.
        self._do(sql.DELETE, key)
        self._do(sql.DROP_IDENTIFIERS, key)

    def _add_identifiers(self, provider: IdentityProvider) -> None:
        for identifier in provider.identifiers:
            row = {"pool": provider.pool, "identifier": identifier, "name": provider.name}
            self._add(sql.ADD_IDENTIFIER, row, "identifier")
