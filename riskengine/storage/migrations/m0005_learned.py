"""What pools learned from verdicts."""

from riskengine.storage.migrations.migration import Migration

_LEARNED = (
    """create table learned (
        pool TEXT not null, version BIGINT not null, body BLOB not null,
        primary key (pool))""",
)

MIGRATION = Migration(version=5, statements=_LEARNED)
