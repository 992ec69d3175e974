"""How often a subject did something lately."""

from riskengine.entities import RateWindow
from riskengine.storage import records
from riskengine.storage.sql import Columns
from riskengine.storage.statements import rates as sql
from riskengine.storage.tables.table import Table


class Rates(Table):
    """How often a subject did something lately, by kind."""

    __slots__ = ()

    async def find(self, pool: str, subject: str, kind: str) -> RateWindow:
        """The window; an empty one (version 0) when none is stored."""
        found = await self._find(RateWindow, sql.FIND, {"pool": pool, "subject": subject, "kind": kind})
        return found or RateWindow()

    def save(self, pool: str, subject: str, kind: str, window: RateWindow, *, expires: int) -> None:
        """Save the version that was read; 0 creates."""
        row: Columns = {"pool": pool, "subject": subject, "kind": kind, "expires": expires}
        row["body"] = records.body(records.saved(window))
        if window.version:
            row["version"] = window.version
        statement = sql.SAVE if window.version else sql.CREATE
        self._swap(statement, row, pool, subject, kind, window.version)
