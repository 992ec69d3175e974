"""SQL of managed login styles; a client has one at most."""

from riskengine.storage.sql import Statement

FIND = Statement("select body from brandings where pool = :pool and id = :id")
FIND_BY_CLIENT = Statement("select body from brandings where pool = :pool and client = :client")
ADD = Statement(
    "insert into brandings (pool, id, client, version, body) values (:pool, :id, :client, :version, :body)"
)
SAVE = Statement(
    "update brandings set version = version + 1, body = :body"
    " where pool = :pool and id = :id and version = :version"
)
DELETE = Statement("delete from brandings where pool = :pool and id = :id")
