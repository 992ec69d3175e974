"""Codes that were sent."""

from riskengine.entities import SentCode
from riskengine.storage import records
from riskengine.storage.sql import Columns
from riskengine.storage.statements import codes as sql
from riskengine.storage.tables.table import Table


class Codes(Table):
    """Codes that were sent; one for each subject and purpose."""

    __slots__ = ()

    async def find(self, pool: str, subject: str, purpose: str) -> SentCode | None:
        """The code that is out, expired ones too."""
        rows = await self._rows(sql.FIND, {"pool": pool, "subject": subject, "purpose": purpose})
        return records.code_of(rows[0]) if rows else None

    def save(self, code: SentCode) -> None:
        """Save the version that was read; 0 creates."""
        row: Columns = {**_key(code), "expires": code.expires, "body": records.body(code)}
        if code.version:
            row["version"] = code.version
        self._swap(sql.SAVE if code.version else sql.CREATE, row, *_key(code).values(), code.version)

    def delete(self, code: SentCode) -> None:
        """Use up the version that was read."""
        row: Columns = {**_key(code), "version": code.version}
        self._swap(sql.USE_UP, row, *_key(code).values(), code.version)


def _key(code: SentCode) -> Columns:
    return {"pool": code.pool, "subject": code.subject, "purpose": code.purpose}
