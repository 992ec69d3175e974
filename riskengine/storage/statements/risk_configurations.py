"""SQL of risk configurations; the empty client is the pool's own."""

from riskengine.storage.sql import Statement

FIND = Statement("select body from risk_configurations where pool = :pool and client = :client")
EFFECTIVE = Statement(
    "select body from risk_configurations where pool = :pool and client in (:client, '')"
    " order by client desc limit 1"
)
PUT = Statement(
    "insert into risk_configurations (pool, client, body) values (:pool, :client, :body)"
    " on conflict (pool, client) do update set body = excluded.body"
)
DELETE = Statement("delete from risk_configurations where pool = :pool and client = :client")
