"""SQL of users' passkeys."""

from riskengine.storage.sql import Statement

FIND = Statement("select body from passkeys where pool = :pool and sub = :sub and passkey = :passkey")
LIST = Statement(
    "select body from passkeys where pool = :pool and sub = :sub and passkey > :after"
    " order by passkey limit :limit"
)
ADD = Statement(
    "insert into passkeys (pool, sub, passkey, version, body) values (:pool, :sub, :passkey, :version, :body)"
)
SAVE = Statement(
    "update passkeys set version = version + 1, body = :body"
    " where pool = :pool and sub = :sub and passkey = :passkey and version = :version"
)
DELETE = Statement("delete from passkeys where pool = :pool and sub = :sub and passkey = :passkey")
