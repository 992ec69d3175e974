"""SQL of codes that were sent. One that is used up leaves its version behind.

Else the next code would begin at the same version, and whoever read the first could use it again.
"""

from riskengine.storage.sql import Statement

FIND = Statement(
    "select body, version from codes"
    " where pool = :pool and subject = :subject and purpose = :purpose and body is not null"
)
CREATE = Statement(
    "insert into codes (pool, subject, purpose, version, expires, body)"
    " values (:pool, :subject, :purpose, 1, :expires, :body)"
    " on conflict (pool, subject, purpose) do update"
    " set version = codes.version + 1, expires = excluded.expires, body = excluded.body"
    " where codes.body is null"
)
SAVE = Statement(
    "update codes set version = version + 1, expires = :expires, body = :body"
    " where pool = :pool and subject = :subject and purpose = :purpose"
    " and version = :version and body is not null"
)
USE_UP = Statement(
    "update codes set version = version + 1, body = null"
    " where pool = :pool and subject = :subject and purpose = :purpose"
    " and version = :version and body is not null"
)
