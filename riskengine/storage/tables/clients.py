"""App clients."""

from collections.abc import Sequence

from riskengine.entities import Client
from riskengine.storage import records
from riskengine.storage.statements import cascades
from riskengine.storage.statements import clients as sql
from riskengine.storage.tables.table import Table, present


class Clients(Table):
    """App clients of a pool, in the order of their ids."""

    __slots__ = ()

    async def get(self, pool: str, client: str) -> Client:
        """The client; raises NotFound."""
        return present(await self.find(pool, client))

    async def find(self, pool: str, client: str) -> Client | None:
        """The client, if the pool has one."""
        return await self._find(Client, sql.FIND, {"pool": pool, "client": client})

    async def find_by_id(self, client: str) -> Client | None:
        """The client of whichever pool has it."""
        return await self._find(Client, sql.FIND_BY_ID, {"client": client})

    async def list_(self, pool: str, *, after: str, limit: int) -> Sequence[Client]:
        """A page of clients whose ids follow `after`."""
        return await self._all(Client, sql.LIST, {"pool": pool, "after": after, "limit": limit})

    async def count(self, pool: str) -> int:
        """How many clients the pool has."""
        return await self._count(sql.COUNT, {"pool": pool})

    def add(self, client: Client) -> None:
        """Add; AlreadyExists("client") at commit."""
        self._add(sql.ADD, records.client_row(client), "client")

    def save(self, client: Client) -> None:
        """Save the version that was read."""
        row = {**records.client_row(records.saved(client)), "version": client.version}
        self._swap(sql.SAVE, row, client.pool, client.id, client.version)

    def delete(self, client: Client) -> None:
        """Delete the client with its risk configuration, its looks and its terms."""
        for statement in cascades.DELETE_CLIENT:
            self._do(statement, {"pool": client.pool, "client": client.id})
