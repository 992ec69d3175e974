"""Authentication events."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from riskengine.api import wire
from riskengine.entities import AuthEvent
from riskengine.storage import records
from riskengine.storage.sql import Columns, Statement
from riskengine.storage.statements import events as sql
from riskengine.storage.tables.table import Table, present

_BATCH = 200  # about 2 ms of the loop's time


class Events(Table):
    """Authentication events, by user and time."""

    __slots__ = ()

    async def get(self, pool: str, sub: str, event: str) -> AuthEvent:
        """The event; raises NotFound."""
        return present(await self._find(AuthEvent, sql.GET, {"pool": pool, "sub": sub, "id": event}))

    async def find_anywhere(self, event: str) -> AuthEvent | None:
        """The event, whoever's it is; reads all of them."""
        return await self._find(AuthEvent, sql.ANYWHERE, {"id": event})

    async def list_(
        self, pool: str, sub: str, *, before: tuple[int, str] | None, limit: int
    ) -> Sequence[AuthEvent]:
        """A page of a user's events, newest first, from before the (time, id) of the last one seen."""
        page: Columns = {"pool": pool, "sub": sub, "limit": limit}
        if before is None:
            return await self._all(AuthEvent, sql.NEWEST, page)
        return await self._all(AuthEvent, sql.BEFORE, {**page, "time": before[0], "id": before[1]})

    async def since(self, pool: str, time: int) -> AsyncIterator[AuthEvent]:
        """Every event of a pool from `time` on, oldest first."""
        place: tuple[int, str] = (time, "")
        while True:
            key: Columns = {"pool": pool, "time": place[0], "id": place[1], "limit": _BATCH}
            rows = await self._rows(sql.SINCE, key)
            for row in rows:
                yield wire.from_record(AuthEvent, row[0])
            if len(rows) < _BATCH:
                return
            place = (rows[-1][1], rows[-1][2])
            await asyncio.sleep(0)

    async def whole_before(self, before: int, *, limit: int) -> Sequence[AuthEvent]:
        """The oldest events from before `before` whose context is not forgotten."""
        return await self._all(AuthEvent, sql.WHOLE_BEFORE, {"before": before, "limit": limit})

    def add(self, event: AuthEvent) -> None:
        """Add; AlreadyExists("event") at commit."""
        self._add(sql.ADD, records.event_row(event), "event")

    def save(self, event: AuthEvent) -> None:
        """Save the version that was read."""
        self._save(sql.SAVE, event)

    def save_context_free(self, event: AuthEvent) -> None:
        """As `save`; the event is whole no more."""
        self._save(sql.SAVE_CONTEXT_FREE, event)

    def _save(self, statement: Statement, event: AuthEvent) -> None:
        row = {**records.event_row(records.saved(event)), "version": event.version}
        self._swap(statement, row, event.pool, event.sub, event.id, event.version)
