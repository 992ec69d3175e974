"""What serving processes tell each other. Rows live for a minute: until the kept risk state holds them."""

from riskengine.storage.migrations.migration import Migration

_OBSERVATIONS = (
    """create table observations (
        pool TEXT not null, process TEXT not null, number BIGINT not null, decided BIGINT not null,
        body BLOB not null,
        primary key (pool, process, number)) without rowid""",
    # A handful of rows, of no pool: where pools are sharded, this table must be whole everywhere.
    """create table workers (
        process TEXT not null, expires BIGINT not null, body BLOB not null,
        primary key (process)) without rowid""",
)

MIGRATION = Migration(version=8, statements=_OBSERVATIONS)
