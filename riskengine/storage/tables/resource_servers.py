"""Resource servers."""

from collections.abc import Sequence

from riskengine.entities import ResourceServer
from riskengine.storage import hosted_records as records
from riskengine.storage.records import saved
from riskengine.storage.statements import resource_servers as sql
from riskengine.storage.tables.table import Table


class ResourceServers(Table):
    """Resource servers of a pool, in the order of their identifiers."""

    __slots__ = ()

    async def find(self, pool: str, identifier: str) -> ResourceServer | None:
        """The resource server, if the pool has it."""
        return await self._find(ResourceServer, sql.FIND, {"pool": pool, "identifier": identifier})

    async def list_(self, pool: str, *, after: str, limit: int) -> Sequence[ResourceServer]:
        """A page of resource servers whose identifiers follow `after`."""
        return await self._all(ResourceServer, sql.LIST, {"pool": pool, "after": after, "limit": limit})

    async def count(self, pool: str) -> int:
        """How many the pool has."""
        return await self._count(sql.COUNT, {"pool": pool})

    def add(self, server: ResourceServer) -> None:
        """Add; AlreadyExists("resource_server") at commit."""
        self._add(sql.ADD, records.resource_server_row(server), "resource_server")

    def save(self, server: ResourceServer) -> None:
        """Save the version that was read; pool and identifier stay."""
        row = {**records.resource_server_row(saved(server)), "version": server.version}
        self._swap(sql.SAVE, row, server.pool, server.identifier, server.version)

    def delete(self, server: ResourceServer) -> None:
        """Delete, if it is still there."""
        self._do(sql.DELETE, {"pool": server.pool, "identifier": server.identifier})
