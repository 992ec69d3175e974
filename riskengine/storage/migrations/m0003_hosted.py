"""Resource servers, identity providers, domains, and how the hosted pages look."""

from riskengine.storage.migrations.migration import Migration

_FEDERATION = (
    """create table resource_servers (
        pool TEXT not null, identifier TEXT not null, version BIGINT not null, body BLOB not null,
        primary key (pool, identifier))""",
    """create table identity_providers (
        pool TEXT not null, name TEXT not null, version BIGINT not null, body BLOB not null,
        primary key (pool, name))""",
    """create table provider_identifiers (
        pool TEXT not null, identifier TEXT not null, name TEXT not null,
        primary key (pool, identifier)) without rowid""",
    "create index provider_identifiers_by_name on provider_identifiers (pool, name)",
)

_PAGES = (
    """create table domains (
        pool TEXT not null, domain TEXT not null, version BIGINT not null, body BLOB not null,
        primary key (pool, domain))""",
    # Unique over all pools: where pools are sharded, this table (two rows a pool at most) must be whole.
    "create unique index domains_by_name on domains (domain)",
    # The empty client is the pool's own.
    """create table ui_customizations (
        pool TEXT not null, client TEXT not null, version BIGINT not null, body BLOB not null,
        primary key (pool, client))""",
    """create table brandings (
        pool TEXT not null, id TEXT not null, client TEXT not null, version BIGINT not null,
        body BLOB not null,
        primary key (pool, id))""",
    "create unique index brandings_by_client on brandings (pool, client)",
    """create table terms (
        pool TEXT not null, id TEXT not null, client TEXT not null, name TEXT not null,
        version BIGINT not null, body BLOB not null,
        primary key (pool, id))""",
    "create unique index terms_by_client on terms (pool, client, name)",
)

MIGRATION = Migration(version=3, statements=(*_FEDERATION, *_PAGES))
