"""SQL of resource servers."""

from riskengine.storage.sql import Statement

FIND = Statement("select body from resource_servers where pool = :pool and identifier = :identifier")
LIST = Statement(
    "select body from resource_servers where pool = :pool and identifier > :after"
    " order by identifier limit :limit"
)
COUNT = Statement("select count(*) from resource_servers where pool = :pool")
ADD = Statement(
    "insert into resource_servers (pool, identifier, version, body)"
    " values (:pool, :identifier, :version, :body)"
)
SAVE = Statement(
    "update resource_servers set version = version + 1, body = :body"
    " where pool = :pool and identifier = :identifier and version = :version"
)
DELETE = Statement("delete from resource_servers where pool = :pool and identifier = :identifier")
