"""A store from its URL."""

import re
from pathlib import Path

from riskengine.storage.database import Database
from riskengine.storage.interface import Storage
from riskengine.storage.sqlite import SqliteFile, SqliteMemory
from riskengine.storage.store import Store

_POSTGRES_FORM = "postgresql://USER:PASSWORD@HOST:PORT/NAME"
_PLACE = re.compile(r"(\[[0-9A-Fa-f:.%]+\]|[^\[\]:@]*)(:(?P<port>\d{1,5}))?")
_HIGHEST_PORT = 65_535
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

        if not _is_place(rest):
            raise ValueError(f"database is no {_POSTGRES_FORM}; %-encode what is special in a password")
        return await Postgres.open(url)
    # The rest of the URL may hold a password: it is not repeated.
    found = f"unknown database {scheme!r}" if separator else "no scheme"
    raise ValueError(f"{found}: use {_FORMS}")


def _is_place(rest: str) -> bool:
    """Whether the hosts of a PostgreSQL URL can be told: what can't must not be quoted by whoever tries."""
    places = re.split("[/?#]", rest)[0].rpartition("@")[2].split(",")
    found = [_PLACE.fullmatch(place) for place in places]
    return all(place and int(place["port"] or 0) <= _HIGHEST_PORT for place in found)


async def _open_sqlite(rest: str) -> Database:
    if rest in ("", "/", "/:memory:"):
        return SqliteMemory()
    if not rest.startswith("/"):
        raise ValueError(f"a SQLite URL has three slashes at least: use {_FORMS}")
    return await SqliteFile.open(Path(rest[1:]))
