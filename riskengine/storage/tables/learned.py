"""What pools learned from verdicts."""

from riskengine.entities import Learned
from riskengine.storage import records
from riskengine.storage.sql import Columns
from riskengine.storage.statements import learned as sql
from riskengine.storage.tables.table import Table


class LearnedVersions(Table):
    """What each pool learned, by pool."""

    __slots__ = ()

    async def find(self, pool: str) -> Learned:
        """The pool's versions; none (version 0) when nothing is stored."""
        return await self._find(Learned, sql.FIND, {"pool": pool}) or Learned(pool=pool)

    def save(self, learned: Learned) -> None:
        """Save the version that was read; 0 creates."""
        row: Columns = {"pool": learned.pool, "body": records.body(records.saved(learned))}
        if learned.version:
            row["version"] = learned.version
        self._swap(sql.SAVE if learned.version else sql.CREATE, row, learned.pool, learned.version)
