"""User pools."""

from collections.abc import Sequence

from riskengine.entities import Pool
from riskengine.storage import records
from riskengine.storage.statements import cascades
from riskengine.storage.statements import pools as sql
from riskengine.storage.tables.table import Table, present


class Pools(Table):
    """User pools, in the order of their ids."""

    __slots__ = ()

    async def get(self, pool: str) -> Pool:
        """The pool; raises NotFound."""
        return present(await self.find(pool))

    async def find(self, pool: str) -> Pool | None:
        """The pool, if there is one."""
        return await self._find(Pool, sql.FIND, {"pool": pool})

    async def list_(self, *, after: str, limit: int) -> Sequence[Pool]:
        """A page of pools whose ids follow `after`."""
        return await self._all(Pool, sql.LIST, {"after": after, "limit": limit})

    def add(self, pool: Pool) -> None:
        """Add; AlreadyExists("pool") at commit."""
        self._add(sql.ADD, records.pool_row(pool), "pool")

    def save(self, pool: Pool) -> None:
        """Save the version that was read."""
        row = {**records.pool_row(records.saved(pool)), "version": pool.version}
        self._swap(sql.SAVE, row, pool.id, pool.version)

    def delete(self, pool: Pool) -> None:
        """Delete the pool and everything in it."""
        for statement in cascades.DELETE_POOL:
            self._do(statement, {"pool": pool.id})
