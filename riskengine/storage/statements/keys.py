"""SQL of signing keys (of pools) and access keys (of the server: the one table without a pool)."""

from riskengine.storage.sql import Statement

SIGNING = Statement("select body from signing_keys where pool = :pool order by created desc, kid desc")
ADD_SIGNING = Statement(
    "insert into signing_keys (pool, kid, created, body) values (:pool, :kid, :created, :body)"
)
ACCESS = Statement("select body from access_keys where id = :id")
LIST_ACCESS = Statement("select body from access_keys order by created, id")
ADD_ACCESS = Statement("insert into access_keys (id, created, body) values (:id, :created, :body)")
DELETE_ACCESS = Statement("delete from access_keys where id = :id")
