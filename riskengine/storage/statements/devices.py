"""SQL of users' devices."""

from riskengine.storage.sql import Statement

FIND = Statement("select body from devices where pool = :pool and sub = :sub and device = :device")
LIST = Statement(
    "select body from devices where pool = :pool and sub = :sub and device > :after"
    " order by device limit :limit"
)
ADD = Statement(
    "insert into devices (pool, sub, device, version, body) values (:pool, :sub, :device, :version, :body)"
)
SAVE = Statement(
    "update devices set version = version + 1, body = :body"
    " where pool = :pool and sub = :sub and device = :device and version = :version"
)
DELETE = Statement("delete from devices where pool = :pool and sub = :sub and device = :device")
