"""SQL of token families. `is_revoked` and `version` stand in columns: revoking rewrites no body."""

from riskengine.storage.sql import Statement

GET = Statement("select body, version, is_revoked from sessions where pool = :pool and id = :id")
# Two look-ups: with an `or`, SQLite reads every session of the pool.
FIND_BY_REFRESH = Statement(
    "select body, version, is_revoked from sessions where pool = :pool and refresh_hash = :hash"
    " union all"
    " select body, version, is_revoked from sessions where pool = :pool and previous_hash = :hash"
    " limit 1"
)
OF_USER = Statement(
    "select body, version, is_revoked from sessions"
    " where pool = :pool and sub = :sub and is_revoked = 0 and expires > :now and id > :after"
    " order by id limit :limit"
)
ADD = Statement(
    "insert into sessions"
    " (pool, id, sub, refresh_hash, previous_hash, expires, is_revoked, version, body)"
    " values (:pool, :id, :sub, :refresh_hash, :previous_hash, :expires, :is_revoked, :version, :body)"
)
SAVE = Statement(
    "update sessions set version = version + 1, refresh_hash = :refresh_hash,"
    " previous_hash = :previous_hash, expires = :expires, is_revoked = :is_revoked, body = :body"
    " where pool = :pool and id = :id and version = :version"
)
REVOKE_ALL = Statement(
    "update sessions set is_revoked = 1, version = version + 1"
    " where pool = :pool and sub = :sub and is_revoked = 0"
)
