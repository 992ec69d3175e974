"""SQL of domains; a name is one pool's alone."""

from riskengine.storage.sql import Statement

FIND = Statement("select body from domains where domain = :domain")
ADD = Statement("insert into domains (pool, domain, version, body) values (:pool, :domain, :version, :body)")
SAVE = Statement(
    "update domains set version = version + 1, body = :body"
    " where pool = :pool and domain = :domain and version = :version"
)
DELETE = Statement("delete from domains where pool = :pool and domain = :domain")
