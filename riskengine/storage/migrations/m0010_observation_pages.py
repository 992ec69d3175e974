"""On SQLite observations lie in a table of rows: without rowids each took a page of its own, for 1.4 KB."""

from riskengine.storage.migrations.migration import Migration

_SQLITE = (
    "alter table observations rename to observations_before",
    """create table observations (
        pool TEXT not null, process TEXT not null, number BIGINT not null, decided BIGINT not null,
        body BLOB not null,
        primary key (pool, process, number))""",
    "insert into observations select pool, process, number, decided, body from observations_before",
    "drop table observations_before",
)

MIGRATION = Migration(version=10, statements=(), sqlite=_SQLITE)
