"""SQL of serving processes: a small table without a pool."""

from riskengine.storage.sql import Statement

LIST = Statement("select body from workers order by process")
PUT = Statement(
    "insert into workers (process, expires, body) values (:process, :expires, :body)"
    " on conflict (process) do update set expires = excluded.expires, body = excluded.body"
)
DELETE = Statement("delete from workers where process = :process")
