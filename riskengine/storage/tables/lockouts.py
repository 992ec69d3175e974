"""Failures in a row."""

from riskengine.entities import Lockout
from riskengine.storage import records
from riskengine.storage.interface import GuessKind
from riskengine.storage.statements import lockouts as sql
from riskengine.storage.tables.table import Table


class Lockouts(Table):
    """Failures in a row, by user key and kind of guess."""

    __slots__ = ()

    async def find(self, pool: str, key: str, kind: GuessKind) -> Lockout:
        """The lockout; a fresh one (version 0) when none is stored."""
        found = await self._find(Lockout, sql.FIND, {"pool": pool, "subject": key, "kind": kind})
        return found or Lockout()

    def save(self, pool: str, key: str, kind: GuessKind, lockout: Lockout) -> None:
        """Save the version that was read; 0 creates."""
        row = {"pool": pool, "subject": key, "kind": kind, **records.lockout_row(records.saved(lockout))}
        if lockout.version:
            row["version"] = lockout.version
        statement = sql.SAVE if lockout.version else sql.CREATE
        self._swap(statement, row, pool, key, kind, lockout.version)
