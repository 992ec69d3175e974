"""Ids that may be used once."""

from riskengine.storage.statements import spent as sql
from riskengine.storage.tables.table import Table


class Spent(Table):
    """Ids that may be used once."""

    __slots__ = ()

    async def is_spent(self, pool: str, id_: str) -> bool:
        """Whether somebody was first."""
        return bool(await self._rows(sql.FIND, {"pool": pool, "id": id_}))

    def spend(self, pool: str, id_: str, expires: int) -> None:
        """Use the id up; AlreadyExists("spent") at commit when somebody was first."""
        self._add(sql.SPEND, {"pool": pool, "id": id_, "expires": expires}, "spent")
