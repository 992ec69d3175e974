"""PostgreSQL through asyncpg: a pool of connections, each unit one transaction of its own.

Behind PgBouncer in transaction mode asyncpg's prepared statements need its `max_prepared_statements`.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Self, TypeVar

import asyncpg

from riskengine.storage.batches import Batch, arguments_of, batches, text_of
from riskengine.storage.errors import AlreadyExists, Conflict, Unavailable
from riskengine.storage.migrations import VERSIONS_TABLE, Migration, missing
from riskengine.storage.migrations.migration import for_postgres
from riskengine.storage.postgres_partitions import roll, without_bounds
from riskengine.storage.sql import Parameters, Row, Statement
from riskengine.storage.unit import Write

T = TypeVar("T")

_PATIENCE = 10.0  # seconds for a connection, and for one statement
_MOST_CONNECTIONS = 10
# At most so many seconds before a unit that lost against others is tried again.
_PAUSES = (0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32)

_LOST_RACE = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError)
# What `create table if not exists` answers when another process is doing the same.
_MADE_MEANWHILE = (
    asyncpg.UniqueViolationError,
    asyncpg.DuplicateTableError,
    asyncpg.DuplicateObjectError,
)
# InternalClientError: asyncpg was told of the loss between two of its own states.
_CONNECTION_DIED = (asyncpg.ConnectionDoesNotExistError, asyncpg.InternalClientError)
_UNAVAILABLE = (
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresSystemError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InterfaceError,
    OSError,
    TimeoutError,
)


async def _leave(_connection: object) -> None:
    """We set nothing on a connection, so returning it to the pool needs no query."""


async def _perform(connection: Any, batch: Batch) -> list[int]:
    """Perform a batch; the rows that each of its writes touched."""
    text, arguments = text_of(batch), arguments_of(batch)
    if len(batch) > 1:
        try:
            return list(await connection.fetchrow(text, *arguments))
        except asyncpg.InvalidTextRepresentationError:
            raise Conflict from None
    write = batch[0]
    try:
        status = await connection.execute(text, *arguments)
    except asyncpg.UniqueViolationError:
        raise AlreadyExists(write.what) from None
    count = int(status.rpartition(" ")[2])
    if write.rows is not None and count != write.rows:
        raise Conflict
    return [count]


class Postgres:
    """A PostgreSQL database; connects when first needed and again after any loss."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._running: set[asyncio.Task[list[int]]] = set()

    @classmethod
    async def open(cls, url: str) -> Self:
        """Prepare a pool; no connection is made yet."""
        return cls(
            await asyncpg.create_pool(
                url,
                min_size=0,
                max_size=_MOST_CONNECTIONS,
                reset=_leave,
                timeout=_PATIENCE,
                command_timeout=_PATIENCE,
                statement_cache_size=256,
            )
        )

    async def rows(self, statement: Statement, parameters: Parameters) -> Sequence[Row]:
        """All rows that a query answers, as of now."""
        compiled = statement.postgres
        arguments = compiled.arguments(parameters)

        async def read() -> Sequence[Row]:
            async with self._pool.acquire(timeout=_PATIENCE) as connection:
                found: Sequence[Row] = await connection.fetch(compiled.text, *arguments)
                return found

        try:
            return await self._attempts(read)
        except Unavailable as error:
            # A connection that had died unnoticed: a read may be asked again, a write may not.
            if not isinstance(error.__cause__, _CONNECTION_DIED):
                raise
            return await self._attempts(read)

    async def _attempts(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Try again whatever the database rolled back for others' sake; a bounded number of times."""
        for pause in _PAUSES:
            try:
                return await self._answered(attempt())
            except _LOST_RACE:
                # Losers of one race must not meet again in the next.
                await asyncio.sleep(pause * secrets.randbelow(1024) / 1024)
        try:
            return await self._answered(attempt())
        except _LOST_RACE as error:
            raise Conflict from error

    async def _answered(self, work: Awaitable[T]) -> T:
        """The work's result, with the database's troubles translated."""
        try:
            return await work
        except _CONNECTION_DIED as error:
            # Where one died the others most likely did: take none of them again.
            await self._pool.expire_connections()
            raise Unavailable(type(error).__name__) from error
        except asyncpg.UndefinedTableError as error:
            raise Unavailable("the schema is missing: migrate first") from error
        except _UNAVAILABLE as error:
            raise Unavailable(type(error).__name__) from error

    async def commit(self, writes: Sequence[Write]) -> Sequence[int]:
        """Perform the writes in one transaction; carried through even if the waiter is cancelled."""
        task = asyncio.create_task(self._attempts(lambda: self._unit(writes)))
        self._running.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: "asyncio.Task[list[int]]") -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # its waiter may be gone; that is no news for the log

    async def _unit(self, writes: Sequence[Write]) -> list[int]:
        try:
            return await self._performed(batches(writes))
        except asyncpg.UniqueViolationError:
            # One of several has found its key taken; one by one they tell which.
            return await self._performed([[write] for write in writes])

    async def _performed(self, unit: Sequence[Batch]) -> list[int]:
        async with self._pool.acquire(timeout=_PATIENCE) as connection:
            # One statement is a transaction by itself, and a swap that touched no row wrote nothing.
            if len(unit) == 1:
                return await _perform(connection, unit[0])
            async with connection.transaction():
                return [count for batch in unit for count in await _perform(connection, batch)]

    async def migrate(self) -> None:
        """Apply the migrations that the schema lacks, each in its own transaction."""
        try:
            await self._attempts(self._make_versions)
            while await self._attempts(self._migrate_once):
                pass
        except Conflict as error:
            raise Unavailable("a table to migrate is in use (a dump, a long query): try again") from error

    async def _make_versions(self) -> None:
        async with self._pool.acquire(timeout=_PATIENCE) as connection:
            with contextlib.suppress(*_MADE_MEANWHILE):
                await connection.execute(for_postgres(VERSIONS_TABLE))
            await connection.execute(
                "insert into schema_versions (version) values (0) on conflict (version) do nothing"
            )

    async def _migrate_once(self) -> bool:
        """One step, with row 0 locked so that processes go one after the other."""
        async with self._pool.acquire(timeout=_PATIENCE) as connection, connection.transaction():
            await connection.execute(
                "select version from schema_versions where version = 0 for update", timeout=None
            )
            applied = await connection.fetchval("select max(version) from schema_versions")
            steps: tuple[Migration, ...] = missing(applied)
            if not steps:
                return False
            for statement in (*map(for_postgres, steps[0].statements), *steps[0].postgres):
                await connection.execute(statement, timeout=None)
            await connection.execute("insert into schema_versions (version) values ($1)", steps[0].version)
            return True

    async def roll_events(self, now: int, *, before: int) -> int:
        """Make the coming months' partitions of events, drop those that are past; answers how many."""

        async def work() -> int:
            async with self._pool.acquire(timeout=_PATIENCE) as connection:
                return await roll(connection, now, before)

        try:
            return await self._answered(work())
        except _LOST_RACE as error:
            raise Conflict from error

    async def event_tables(self) -> Sequence[str]:
        """The partitions that no month bounds."""

        async def read() -> Sequence[str]:
            async with self._pool.acquire(timeout=_PATIENCE) as connection:
                return await without_bounds(connection)

        return await self._attempts(read)

    async def close(self) -> None:
        """Finish the units that were begun, then close."""
        if self._running:
            await asyncio.wait(self._running)
        try:
            await asyncio.wait_for(self._pool.close(), _PATIENCE)
        except TimeoutError:
            self._pool.terminate()
