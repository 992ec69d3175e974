"""SQL of identity providers and of the identifiers that stand for them."""

from riskengine.storage.sql import Statement

FIND = Statement("select body from identity_providers where pool = :pool and name = :name")
FIND_BY_IDENTIFIER = Statement(
    "select identity_providers.body from provider_identifiers"
    " join identity_providers on identity_providers.pool = provider_identifiers.pool"
    " and identity_providers.name = provider_identifiers.name"
    " where provider_identifiers.pool = :pool and provider_identifiers.identifier = :identifier"
)
LIST = Statement(
    "select body from identity_providers where pool = :pool and name > :after order by name limit :limit"
)
COUNT = Statement("select count(*) from identity_providers where pool = :pool")
ADD = Statement(
    "insert into identity_providers (pool, name, version, body) values (:pool, :name, :version, :body)"
)
SAVE = Statement(
    "update identity_providers set version = version + 1, body = :body"
    " where pool = :pool and name = :name and version = :version"
)
DELETE = Statement("delete from identity_providers where pool = :pool and name = :name")
ADD_IDENTIFIER = Statement(
    "insert into provider_identifiers (pool, identifier, name) values (:pool, :identifier, :name)"
)
DROP_IDENTIFIERS = Statement("delete from provider_identifiers where pool = :pool and name = :name")
