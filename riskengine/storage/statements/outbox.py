"""SQL of messages on their way; `due` and `latest` look over all pools."""

from riskengine.storage.sql import Statement

GET = Statement("select body from outbox where pool = :pool and id = :id")
DUE = Statement(
    "select body from outbox where status = 'waiting' and due <= :now order by due, id limit :limit"
)
LATEST = Statement("select body from outbox order by created desc, id desc limit :limit")
LATEST_TO = Statement(
    "select body from outbox where destination = :destination order by created desc, id desc limit :limit"
)
ADD = Statement(
    "insert into outbox (pool, id, sub, created, destination, status, due, expires, version, body)"
    " values (:pool, :id, :sub, :created, :destination, :status, :due, :expires, :version, :body)"
)
SAVE = Statement(
    "update outbox set version = version + 1, status = :status, due = :due, expires = :expires, body = :body"
    " where pool = :pool and id = :id and version = :version"
)
