"""SQL of what the engine knows of each user."""

from riskengine.storage.sql import Statement

FIND = Statement("select body, version from profiles where pool = :pool and sub = :sub")
CREATE = Statement(
    "insert into profiles (pool, sub, version, body) values (:pool, :sub, 1, :body)"
    " on conflict (pool, sub) do nothing"
)
SAVE = Statement(
    "update profiles set version = version + 1, body = :body"
    " where pool = :pool and sub = :sub and version = :version"
)
