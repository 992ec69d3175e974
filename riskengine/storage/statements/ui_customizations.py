"""SQL of what the classic pages wear; the empty client is the pool's own."""

from riskengine.storage.sql import Statement

FIND = Statement("select body from ui_customizations where pool = :pool and client = :client")
EFFECTIVE = Statement(
    "select body from ui_customizations where pool = :pool and client in (:client, '')"
    " order by client desc limit 1"
)
CREATE = Statement(
    "insert into ui_customizations (pool, client, version, body) values (:pool, :client, :version, :body)"
    " on conflict (pool, client) do nothing"
)
SAVE = Statement(
    "update ui_customizations set version = version + 1, body = :body"
    " where pool = :pool and client = :client and version = :version"
)
DELETE = Statement(
    "delete from ui_customizations where pool = :pool and client = :client and version = :version"
)
