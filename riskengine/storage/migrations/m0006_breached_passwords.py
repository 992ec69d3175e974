"""Passwords that pools do not want, as keyed digests."""

from riskengine.storage.migrations.migration import Migration

MIGRATION = Migration(
    version=6,
    statements=(
        """create table breached_passwords (
            pool TEXT not null, digest BLOB not null, added BIGINT not null,
            primary key (pool, digest)) without rowid""",
    ),
)
