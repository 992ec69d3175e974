"""Where `filling` writes to: a SQLite file or a PostgreSQL database that nobody serves meanwhile."""

import asyncio
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import asyncpg

_CACHE_KB = 3_000_000


class SqliteTarget:
    """A SQLite file, filled without a journal: it is of use only when the filling has ended well."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in (
            "journal_mode = delete",
            "journal_mode = off",
            "synchronous = off",
            "locking_mode = exclusive",
            f"cache_size = -{_CACHE_KB}",
            "threads = 2",
        ):
            self._connection.execute(f"pragma {pragma}").fetchall()

    @classmethod
    @contextmanager
    def opened(cls, path: Path) -> Iterator[Self]:
        """The file; on the disk, and a write-ahead log's again, after the block."""
        target = cls(path)
        try:
            yield target
            for pragma in ("locking_mode = normal", "journal_mode = wal"):
                target._connection.execute(f"pragma {pragma}").fetchall()
        finally:
            target._connection.close()
        handle = os.open(path, os.O_RDWR)
        os.fsync(handle)
        os.close(handle)

    def rows(self, query: str) -> Sequence[Any]:
        """All rows that a query answers."""
        return self._connection.execute(query).fetchall()

    def load(self, table: str, columns: Sequence[str], rows: Iterator[tuple[Any, ...]]) -> None:
        """Insert many rows in one transaction."""
        places = ", ".join("?" * len(columns))
        self._connection.execute("begin")
        self._connection.executemany(f"insert into {table} ({', '.join(columns)}) values ({places})", rows)
        self._connection.execute("commit")

    def put_state(self, pool: str, body: bytes) -> None:
        """Replace a pool's shared risk state."""
        self._connection.execute("update populations set body = ? where pool = ?", (body, pool))

    @contextmanager
    def without_indexes(self, tables: Sequence[str]) -> Iterator[None]:
        """Drop the indexes that enforce nothing; make them again after the block."""
        names = ", ".join(f"'{table}'" for table in tables)
        found = self.rows(
            f"select name, sql from sqlite_master where type = 'index' and tbl_name in ({names})"
            " and sql is not null and sql not like 'create unique%'"
        )
        for name, _ in found:
            self._connection.execute(f"drop index {name}")
        yield
        for _, made in found:
            self._connection.execute(made)


class PostgresTarget:
    """A PostgreSQL database, filled by COPY."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._runner = asyncio.Runner()
        self._connection = self._runner.run(asyncpg.connect(url))

    @classmethod
    @contextmanager
    def opened(cls, url: str) -> Iterator[Self]:
        """The database; vacuumed, analysed and checkpointed after the block, as a running one is in time."""
        target = cls(url)
        try:
            yield target
            for statement in ("vacuum analyze", "checkpoint"):
                target._run(target._connection.execute(statement))
        finally:
            target._run(target._connection.close())
            target._runner.close()

    def _run(self, work: Any) -> Any:
        return self._runner.run(work)

    def rows(self, query: str) -> Sequence[Any]:
        """All rows that a query answers."""
        found: Sequence[Any] = self._run(self._connection.fetch(query))
        return found

    def load(self, table: str, columns: Sequence[str], rows: Iterator[tuple[Any, ...]]) -> None:
        """Copy many rows in."""
        self._run(self._connection.copy_records_to_table(table, records=rows, columns=columns))

    def put_state(self, pool: str, body: bytes) -> None:
        """Replace a pool's shared risk state."""
        self._run(self._connection.execute("update populations set body = $1 where pool = $2", body, pool))

    @contextmanager
    def without_indexes(self, tables: Sequence[str]) -> Iterator[None]:
        """Drop the indexes that enforce nothing; make them again after the block."""
        names = ", ".join(f"'{table}'" for table in tables)
        found = self.rows(
            "select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as made from pg_index"
            f" where not indisunique and indrelid::regclass::text in ({names})"
        )
        for name, _ in found:
            self._run(self._connection.execute(f"drop index {name}"))
        yield
        self._run(self._connection.execute("set maintenance_work_mem = '1GB'"))
        for _, made in found:
            # Of a partitioned table the definition says ONLY; every part shall have it.
            self._run(self._connection.execute(made.replace(" ON ONLY ", " ON "), timeout=None))
