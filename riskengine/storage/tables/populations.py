"""Each pool's shared risk state."""

from riskengine.storage.statements import populations as sql
from riskengine.storage.tables.table import Table


class Populations(Table):
    """A pool's shared risk state, as of a time."""

    __slots__ = ()

    async def find(self, pool: str) -> tuple[int, bytes] | None:
        """(time of the state, state)."""
        rows = await self._rows(sql.FIND, {"pool": pool})
        return (rows[0][0], rows[0][1]) if rows else None

    def put(self, pool: str, time: int, state: bytes) -> None:
        """Add or replace; a state older than the stored one changes nothing."""
        self._do(sql.PUT, {"pool": pool, "time": time, "body": state})
