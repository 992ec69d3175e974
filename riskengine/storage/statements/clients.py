"""SQL of app clients."""

from riskengine.storage.sql import Statement

FIND = Statement("select body from clients where pool = :pool and client = :client")
FIND_BY_ID = Statement("select body from clients where client = :client")
LIST = Statement(
    "select body from clients where pool = :pool and client > :after order by client limit :limit"
)
COUNT = Statement("select count(*) from clients where pool = :pool")
ADD = Statement("insert into clients (pool, client, version, body) values (:pool, :client, :version, :body)")
SAVE = Statement(
    "update clients set version = version + 1, body = :body"
    " where pool = :pool and client = :client and version = :version"
)
