"""Token families."""

from collections.abc import Sequence

from riskengine.base.clock import DAY
from riskengine.entities import Session
from riskengine.storage import records
from riskengine.storage.sql import Columns, Parameters, Statement
from riskengine.storage.statements import sessions as sql
from riskengine.storage.tables.table import Table, present


class Sessions(Table):
    """Token families, by the `origin_jti` of their tokens."""

    __slots__ = ()

    async def get(self, pool: str, session: str) -> Session:
        """The session; raises NotFound."""
        return present(await self.find(pool, session))

    async def find(self, pool: str, session: str) -> Session | None:
        """The session, if it is there."""
        return await self._session(sql.GET, {"pool": pool, "id": session})

    async def find_by_refresh(self, pool: str, refresh_hash: bytes) -> Session | None:
        """By the hash of the current refresh token, or of the one that rotation replaced."""
        return await self._session(sql.FIND_BY_REFRESH, {"pool": pool, "hash": refresh_hash})

    async def _session(self, statement: Statement, parameters: Parameters) -> Session | None:
        rows = await self._rows(statement, parameters)
        return records.session_of(rows[0]) if rows else None

    async def of_user(
        self, pool: str, sub: str, *, now: int, limit: int, after: str = ""
    ) -> Sequence[Session]:
        """The user's sessions that can still be refreshed, in the order of their ids, from after one on."""
        # The column holds a day more than the refresh token has.
        page: Columns = {"pool": pool, "sub": sub, "now": now + DAY, "after": after, "limit": limit}
        return [records.session_of(row) for row in await self._rows(sql.OF_USER, page)]

    def add(self, session: Session) -> None:
        """Add; AlreadyExists("session") at commit."""
        self._add(sql.ADD, records.session_row(session), "session")

    def save(self, session: Session) -> None:
        """Save the version that was read."""
        self._swap(sql.SAVE, records.session_row(session), session.pool, session.id, session.version)

    def revoke_all(self, pool: str, sub: str) -> None:
        """Revoke every session of a user that is there at commit."""
        self._do(sql.REVOKE_ALL, {"pool": pool, "sub": sub})
