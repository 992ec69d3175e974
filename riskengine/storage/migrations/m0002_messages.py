"""Codes and how often they may be asked for, messages on their way, devices, passkeys."""

from riskengine.storage.migrations.migration import Migration

_MESSAGES = (
    # Without a body a code is used up: its row keeps the version until it expires.
    """create table codes (
        pool TEXT not null, subject TEXT not null, purpose TEXT not null, version BIGINT not null,
        expires BIGINT not null, body BLOB,
        primary key (pool, subject, purpose)) without rowid""",
    "create index codes_by_expiry on codes (expires)",
    """create table rates (
        pool TEXT not null, subject TEXT not null, kind TEXT not null, version BIGINT not null,
        expires BIGINT not null, body BLOB not null,
        primary key (pool, subject, kind)) without rowid""",
    "create index rates_by_expiry on rates (expires)",
    """create table outbox (
        pool TEXT not null, id TEXT not null, sub TEXT not null, created BIGINT not null,
        destination TEXT, status TEXT not null, due BIGINT not null, expires BIGINT not null,
        version BIGINT not null, body BLOB not null,
        primary key (pool, id))""",
    "create index outbox_by_user on outbox (pool, sub)",
    "create index outbox_by_due on outbox (due, id) where status = 'waiting'",
    "create index outbox_by_destination on outbox (destination, created, id)",
    "create index outbox_by_time on outbox (created, id)",
    "create index outbox_by_expiry on outbox (expires)",
)

_KEEPSAKES = (
    """create table devices (
        pool TEXT not null, sub TEXT not null, device TEXT not null, version BIGINT not null,
        body BLOB not null,
        primary key (pool, sub, device))""",
    """create table passkeys (
        pool TEXT not null, sub TEXT not null, passkey TEXT not null, version BIGINT not null,
        body BLOB not null,
        primary key (pool, sub, passkey))""",
)

MIGRATION = Migration(version=2, statements=(*_MESSAGES, *_KEEPSAKES))
