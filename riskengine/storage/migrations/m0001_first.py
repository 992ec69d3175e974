"""The first schema: pools, clients, users, groups, events, profiles, sessions, keys."""

from riskengine.storage.migrations.migration import Migration

_POOLS = (
    """create table pools (
        pool TEXT not null, version BIGINT not null, body BLOB not null,
        primary key (pool))""",
    """create table clients (
        pool TEXT not null, client TEXT not null, version BIGINT not null, body BLOB not null,
        primary key (pool, client))""",
    # Not unique: that would need the pool to shard; client ids are 134 random bits.
    "create index clients_by_id on clients (client)",
    """create table risk_configurations (
        pool TEXT not null, client TEXT not null, body BLOB not null,
        primary key (pool, client))""",
    """create table signing_keys (
        pool TEXT not null, kid TEXT not null, created BIGINT not null, body BLOB not null,
        primary key (pool, kid))""",
    """create table access_keys (
        id TEXT not null, created BIGINT not null, body BLOB not null,
        primary key (id))""",
)

_USERS = (
    """create table users (
        pool TEXT not null, sub TEXT not null, version BIGINT not null, body BLOB not null,
        username TEXT not null, enabled TEXT not null, status TEXT not null,
        email TEXT, phone_number TEXT, name TEXT, given_name TEXT, family_name TEXT,
        preferred_username TEXT,
        primary key (pool, sub))""",
    "create unique index users_by_username on users (pool, username)",
    "create index users_by_enabled on users (pool, enabled, sub)",
    "create index users_by_status on users (pool, status, sub)",
    *(
        f"create index users_by_{column} on users (pool, {column}, sub) where {column} is not null"
        for column in ("email", "phone_number", "name", "given_name", "family_name", "preferred_username")
    ),
    """create table aliases (
        pool TEXT not null, alias TEXT not null, sub TEXT not null,
        primary key (pool, alias)) without rowid""",
    "create index aliases_by_user on aliases (pool, sub)",
    """create table groups (
        pool TEXT not null, name TEXT not null, version BIGINT not null, precedence BIGINT,
        body BLOB not null,
        primary key (pool, name))""",
    """create table members (
        pool TEXT not null, sub TEXT not null, name TEXT not null, created BIGINT not null,
        primary key (pool, sub, name)) without rowid""",
    "create index members_by_group on members (pool, name, sub)",
)

_SIGN_INS = (
    """create table lockouts (
        pool TEXT not null, subject TEXT not null, kind TEXT not null, version BIGINT not null,
        expires BIGINT not null, body BLOB not null,
        primary key (pool, subject, kind)) without rowid""",
    "create index lockouts_by_expiry on lockouts (expires)",
    """create table events (
        pool TEXT not null, sub TEXT not null, time BIGINT not null, id TEXT not null,
        version BIGINT not null, body BLOB not null,
        primary key (pool, sub, time, id))""",
    "create index events_by_id on events (pool, sub, id)",
    "create index events_by_time on events (pool, time, id)",
    """create table profiles (
        pool TEXT not null, sub TEXT not null, version BIGINT not null, body BLOB not null,
        primary key (pool, sub))""",
    """create table populations (
        pool TEXT not null, time BIGINT not null, body BLOB not null,
        primary key (pool))""",
    """create table sessions (
        pool TEXT not null, id TEXT not null, sub TEXT not null, refresh_hash BLOB not null,
        previous_hash BLOB, expires BIGINT not null, is_revoked BIGINT not null,
        version BIGINT not null, body BLOB not null,
        primary key (pool, id))""",
    "create index sessions_by_user on sessions (pool, sub)",
    "create index sessions_by_refresh on sessions (pool, refresh_hash)",
    "create index sessions_by_previous on sessions (pool, previous_hash) where previous_hash is not null",
    "create index sessions_by_expiry on sessions (expires)",
    """create table spent (
        pool TEXT not null, id TEXT not null, expires BIGINT not null,
        primary key (pool, id)) without rowid""",
    "create index spent_by_expiry on spent (expires)",
)

MIGRATION = Migration(version=1, statements=(*_POOLS, *_USERS, *_SIGN_INS))
