"""SQL of what pools learned from verdicts."""

from riskengine.storage.sql import Statement

FIND = Statement("select body from learned where pool = :pool")
CREATE = Statement(
    "insert into learned (pool, version, body) values (:pool, 1, :body) on conflict (pool) do nothing"
)
SAVE = Statement(
    "update learned set version = version + 1, body = :body where pool = :pool and version = :version"
)
