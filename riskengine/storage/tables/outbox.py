"""Messages on their way."""

from collections.abc import Sequence

from riskengine.entities import Message
from riskengine.storage import records
from riskengine.storage.statements import outbox as sql
from riskengine.storage.tables.table import Table, present


class Outbox(Table):
    """Messages on their way, by pool and id."""

    __slots__ = ()

    async def get(self, pool: str, message: str) -> Message:
        """The message; raises NotFound."""
        return present(await self._find(Message, sql.GET, {"pool": pool, "id": message}))

    async def due(self, now: int, *, limit: int) -> Sequence[Message]:
        """Waiting messages of all pools whose time has come, the longest due first."""
        return await self._all(Message, sql.DUE, {"now": now, "limit": limit})

    async def latest(self, destination: str | None, *, limit: int) -> Sequence[Message]:
        """Messages of all pools, newest first; to one destination if one is named."""
        if destination is None:
            return await self._all(Message, sql.LATEST, {"limit": limit})
        if not records.is_search_term(destination):
            return []
        return await self._all(Message, sql.LATEST_TO, {"destination": destination, "limit": limit})

    def add(self, message: Message) -> None:
        """Add; AlreadyExists("message") at commit."""
        self._add(sql.ADD, records.message_row(message), "message")

    def save(self, message: Message) -> None:
        """Save the version that was read."""
        row = {**records.message_row(records.saved(message)), "version": message.version}
        self._swap(sql.SAVE, row, message.pool, message.id, message.version)
