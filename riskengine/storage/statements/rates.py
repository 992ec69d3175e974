"""SQL of how often subjects did something lately."""

from riskengine.storage.sql import Statement

FIND = Statement("select body from rates where pool = :pool and subject = :subject and kind = :kind")
CREATE = Statement(
    "insert into rates (pool, subject, kind, version, expires, body)"
    " values (:pool, :subject, :kind, 1, :expires, :body) on conflict (pool, subject, kind) do nothing"
)
SAVE = Statement(
    "update rates set version = version + 1, expires = :expires, body = :body"
    " where pool = :pool and subject = :subject and kind = :kind and version = :version"
)
