"""SQL of user pools."""

from riskengine.storage.sql import Statement

FIND = Statement("select body from pools where pool = :pool")
LIST = Statement("select body from pools where pool > :after order by pool limit :limit")
ADD = Statement("insert into pools (pool, version, body) values (:pool, :version, :body)")
SAVE = Statement(
    "update pools set version = version + 1, body = :body where pool = :pool and version = :version"
)
