"""Log lines on their way out."""

from collections.abc import Sequence

from msgspec.structs import replace

from riskengine.entities import LogLine
from riskengine.storage import records
from riskengine.storage.sql import Columns
from riskengine.storage.statements import log_lines as sql
from riskengine.storage.tables.table import Table


class LogLines(Table):
    """Log lines on their way out."""

    __slots__ = ()

    async def due(self, now: int, *, limit: int) -> Sequence[LogLine]:
        """Lines of all pools whose time has come, the longest due first."""
        return await self._all(LogLine, sql.DUE, {"now": now, "limit": limit})

    def add(self, line: LogLine) -> None:
        """Add; AlreadyExists("log_line") at commit."""
        self._add(sql.ADD, records.log_line_row(line), "log_line")

    def claim(self, line: LogLine, due: int) -> None:
        """Move the line on; `Conflict` at commit when somebody else did."""
        after = replace(line, due=due)
        row: Columns = {
            "due": due,
            "body": records.body(after),
            "pool": line.pool,
            "id": line.id,
            "before": line.due,
        }
        self._swap(sql.CLAIM, row, line.pool, line.id, line.due)

    def delete(self, line: LogLine) -> None:
        """Delete, if it is still there."""
        self._do(sql.DELETE, {"pool": line.pool, "id": line.id})
