"""SQL of terms documents; a client has one of each name at most."""

from riskengine.storage.sql import Statement

FIND = Statement("select body from terms where pool = :pool and id = :id")
FIND_BY_CLIENT = Statement("select body from terms where pool = :pool and client = :client and name = :name")
LIST = Statement("select body from terms where pool = :pool and id > :after order by id limit :limit")
ADD = Statement(
    "insert into terms (pool, id, client, name, version, body)"
    " values (:pool, :id, :client, :name, :version, :body)"
)
SAVE = Statement(
    "update terms set version = version + 1, name = :name, body = :body"
    " where pool = :pool and id = :id and version = :version"
)
DELETE = Statement("delete from terms where pool = :pool and id = :id")
