"""Identities linked to users, imports of users, log lines on their way out."""

from riskengine.storage.migrations.migration import Migration

_LINKS = (
    # `identity` is a digest: what providers call somebody can be longer than a key.
    """create table linked_identities (
        pool TEXT not null, identity TEXT not null, sub TEXT not null,
        primary key (pool, identity)) without rowid""",
    "create index linked_identities_by_user on linked_identities (pool, sub)",
)

_IMPORTS = (
    """create table import_jobs (
        pool TEXT not null, id TEXT not null, created BIGINT not null, status TEXT not null,
        due BIGINT not null, version BIGINT not null, body BLOB not null,
        primary key (pool, id))""",
    "create index import_jobs_by_time on import_jobs (pool, created, id)",
    "create index import_jobs_by_due on import_jobs (due) where due < 9000000000000000000",
    """create table import_pieces (
        pool TEXT not null, job TEXT not null, kind TEXT not null, number BIGINT not null,
        body BLOB not null,
        primary key (pool, job, kind, number))""",
)

_LOGS = (
    """create table log_lines (
        pool TEXT not null, id TEXT not null, source TEXT not null, due BIGINT not null,
        expires BIGINT not null, body BLOB not null,
        primary key (pool, id))""",
    "create index log_lines_by_due on log_lines (due)",
    "create index log_lines_by_expiry on log_lines (expires)",
)

MIGRATION = Migration(version=4, statements=(*_LINKS, *_IMPORTS, *_LOGS))
