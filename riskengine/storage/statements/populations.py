"""SQL of each pool's shared risk state; an older state never replaces a newer one."""

from riskengine.storage.sql import Statement

CREATE = Statement("insert into populations (pool, time, body) values (:pool, :time, :body)")
SWAP = Statement("update populations set time = :time, body = :body where pool = :pool and time = :before")
TIME = Statement("select time from populations where pool = :pool")
FIND = Statement("select time, body from populations where pool = :pool")
PUT = Statement(
    "insert into populations (pool, time, body) values (:pool, :time, :body)"
    " on conflict (pool) do update set time = excluded.time, body = excluded.body"
    " where populations.time <= excluded.time"
)
