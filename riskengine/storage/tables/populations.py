"""Each pool's shared risk state."""

from riskengine.storage.sql import Columns
from riskengine.storage.statements import populations as sql
from riskengine.storage.tables.table import Table


class Populations(Table):
    """A pool's shared risk state, as of a time."""

    __slots__ = ()

    async def find(self, pool: str) -> tuple[int, bytes] | None:
        """(time of the state, state)."""
        rows = await self._rows(sql.FIND, {"pool": pool})
        return (rows[0][0], rows[0][1]) if rows else None

    async def time(self, pool: str) -> int | None:
        """When the state is of."""
        rows = await self._rows(sql.TIME, {"pool": pool})
        return int(rows[0][0]) if rows else None

    def swap(self, pool: str, before: int | None, time: int, state: bytes) -> None:
        """Replace the state of a time that was read (None creates); AlreadyExists or Conflict at commit."""
        row: Columns = {"pool": pool, "time": time, "body": state}
        if before is None:
            self._add(sql.CREATE, row, "population")
            return
        self._swap(sql.SWAP, {**row, "before": before}, pool, before)

    def put(self, pool: str, time: int, state: bytes) -> None:
        """Add or replace; a state older than the stored one changes nothing."""
        self._do(sql.PUT, {"pool": pool, "time": time, "body": state})
