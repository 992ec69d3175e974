"""SQLite: reads inline on the event loop, writes through one thread (a file) or inline (memory).

A read is 10 µs from cache; a thread hop would cost ten times that, and a WAL reader waits for nobody.
"""

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from riskengine.storage.errors import Unavailable
from riskengine.storage.group_commit import commit_group, unavailable
from riskengine.storage.migrations import VERSIONS_TABLE, missing
from riskengine.storage.sql import Parameters, Row, Statement
from riskengine.storage.sqlite_writer import SqliteWriter
from riskengine.storage.unit import Write

_WRITER_PATIENCE = 5.0  # seconds to wait for another process's lock
_READER_PATIENCE = 0.25  # on the event loop
_WRITER_PRAGMAS = (
    "journal_mode = wal",
    "synchronous = full",
    "wal_autocheckpoint = 4000",
    "journal_size_limit = 33554432",  # a log that a burst made longer is cut again
)


def _connect(path: str, patience: float, pragmas: Sequence[str] = ()) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=patience, isolation_level=None, check_same_thread=False, cached_statements=256
    )
    try:
        for pragma in pragmas:
            connection.execute(f"pragma {pragma}").fetchall()
    except BaseException:
        connection.close()
        raise
    return connection


def _apply_migrations(connection: sqlite3.Connection) -> None:
    """All in one transaction: whoever comes second finds them done."""
    connection.execute("begin immediate")
    try:
        connection.execute(VERSIONS_TABLE)
        applied = connection.execute("select coalesce(max(version), 0) from schema_versions").fetchone()[0]
        for migration in missing(applied):
            for statement in (*migration.statements, *migration.sqlite):
                connection.execute(statement)
            connection.execute("insert into schema_versions (version) values (?)", (migration.version,))
        connection.execute("commit")
    except BaseException:
        if connection.in_transaction:
            connection.execute("rollback")
        raise


def _translated(error: sqlite3.Error) -> Exception:
    return unavailable(error) or error


def _query(connection: sqlite3.Connection, statement: Statement, parameters: Parameters) -> list[Row]:
    compiled = statement.sqlite
    try:
        return connection.execute(compiled.text, compiled.arguments(parameters)).fetchall()
    except sqlite3.ProgrammingError as error:
        raise Unavailable("closed") from error
    except sqlite3.Error as error:
        raise _translated(error) from error


class SqliteFile:
    """A database in a file, readable and writable by its owner only."""

    def __init__(self, path: Path, reader: sqlite3.Connection) -> None:
        self._path = path
        self._reader = reader
        self._had_trouble = False
        self._writer = SqliteWriter(self._connect_writer)

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Open the file, or make it.

        Raises:
            Unavailable: when it can't be opened.
        """
        return cls(path, await asyncio.to_thread(_prepare, path))

    def _connect_writer(self) -> sqlite3.Connection:
        return _connect(str(self._path), _WRITER_PATIENCE, _WRITER_PRAGMAS)

    async def rows(self, statement: Statement, parameters: Parameters) -> Sequence[Row]:
        """All rows that a query answers, as of the last commit."""
        try:
            return _query(self._reader, statement, parameters)
        except Unavailable:
            self._had_trouble = True
            raise

    async def commit(self, writes: Sequence[Write]) -> Sequence[int]:
        """Perform the writes with whatever else waits; answers when they are on the disk."""
        try:
            counts = await self._writer.submit(writes)
        except Unavailable:
            self._had_trouble = True
            raise
        if self._had_trouble:
            self._renew_reader()
        return counts

    def _renew_reader(self) -> None:
        """The disk may have been mounted anew since: what we read has to be what we write."""
        with contextlib.suppress(sqlite3.Error):
            reader = _connect_reader(self._path)
            self._reader.close()
            self._reader, self._had_trouble = reader, False

    async def migrate(self) -> None:
        """Apply the migrations that the schema lacks."""
        await asyncio.to_thread(self._migrate)

    def _migrate(self) -> None:
        try:
            with contextlib.closing(self._connect_writer()) as connection:
                _apply_migrations(connection)
        except sqlite3.Error as error:
            raise _translated(error) from error

    async def roll_events(self, now: int, *, before: int) -> int:  # noqa: ARG002 - there are no partitions
        """Nothing: the table is one."""
        return 0

    async def event_tables(self) -> Sequence[str]:
        """The one table of events."""
        return ("events",)

    async def close(self) -> None:
        """Write what was accepted, then close."""
        await self._writer.close()
        self._reader.close()


def _prepare(path: Path) -> sqlite3.Connection:
    try:
        # SQLite gives its -wal and -shm files the same mode.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        if not os.access(path.absolute().parent, os.W_OK):
            raise Unavailable(f"{path}: its folder can't be written, and SQLite keeps its log there")
        _connect(str(path), _WRITER_PATIENCE, _WRITER_PRAGMAS).close()
        return _connect_reader(path)
    except OSError as error:
        raise Unavailable(f"{path}: {error.strerror}") from error
    except sqlite3.Error as error:
        trouble = unavailable(error)
        raise Unavailable(f"{path}: {trouble}") if trouble else error from error


def _connect_reader(path: Path) -> sqlite3.Connection:
    return _connect(str(path), _READER_PATIENCE, ("query_only = on",))


class SqliteMemory:
    """A database in this process's memory: for tests and replays; no thread, no file."""

    def __init__(self) -> None:
        self._connection = _connect(":memory:", 0)

    async def rows(self, statement: Statement, parameters: Parameters) -> Sequence[Row]:
        """All rows that a query answers."""
        return _query(self._connection, statement, parameters)

    async def commit(self, writes: Sequence[Write]) -> Sequence[int]:
        """Perform the writes at once; durable as long as the process."""
        try:
            outcome = commit_group(self._connection, [writes])[0]
        except sqlite3.ProgrammingError as error:
            raise Unavailable("closed") from error
        except sqlite3.Error as error:
            raise _translated(error) from error
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def migrate(self) -> None:
        """Apply the migrations that the schema lacks."""
        _apply_migrations(self._connection)

    async def roll_events(self, now: int, *, before: int) -> int:  # noqa: ARG002 - there are no partitions
        """Nothing: the table is one."""
        return 0

    async def event_tables(self) -> Sequence[str]:
        """The one table of events."""
        return ("events",)

    async def close(self) -> None:
        """Forget everything."""
        self._connection.close()
