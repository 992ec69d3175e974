"""SQL of each pool's shared risk state; an older state never replaces a newer one."""

from riskengine.storage.sql import Statement

FIND = Statement("select time, body from populations where pool = :pool")
PUT = Statement(
    "insert into populations (pool, time, body) values (:pool, :time, :body)"
    " on conflict (pool) do update set time = excluded.time, body = excluded.body"
    " where populations.time <= excluded.time"
)
