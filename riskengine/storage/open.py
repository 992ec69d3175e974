"""A store from its URL."""

from pathlib import Path

from riskengine.storage.database import Database
from riskengine.storage.interface import Storage
from riskengine.storage.sqlite import SqliteFile, SqliteMemory
from riskengine.storage.store import Store

_FORMS = "sqlite:///relative/path, sqlite:////absolute/path, sqlite:///:memory: or postgresql://..."


async def open_storage(url: str) -> Storage:
    """Open the database of a URL; `migrate()` then brings its schema up to date.

    Raises:
        ValueError: when the URL names no database we know.
        Unavailable: when a SQLite file can't be opened.
    """
    return Store(await _open(url))


async def _open(url: str) -> Database:
    scheme, separator, rest = url.partition("://")
    if separator and scheme == "sqlite":
        return await _open_sqlite(rest)
    if separator and scheme in ("postgresql", "postgres"):
        # asyncpg is not loaded by a process that lives on SQLite.
        from riskengine.storage.postgres import Postgres  # noqa: PLC0415 - as said

        return await Postgres.open(url)
    # The rest of the URL may hold a password: it is not repeated.
    found = f"unknown database {scheme!r}" if separator else "no scheme"
    raise ValueError(f"{found}: use {_FORMS}")


async def _open_sqlite(rest: str) -> Database:
    if rest in ("", "/", "/:memory:"):
        return SqliteMemory()
    if not rest.startswith("/"):
        raise ValueError(f"a SQLite URL has three slashes at least: use {_FORMS}")
    return await SqliteFile.open(Path(rest[1:]))
