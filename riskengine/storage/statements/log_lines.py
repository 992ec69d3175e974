"""SQL of log lines on their way out; `due` looks over all pools."""

from riskengine.storage.sql import Statement

DUE = Statement("select body from log_lines where due <= :now order by due, id limit :limit")
ADD = Statement(
    "insert into log_lines (pool, id, source, due, expires, body)"
    " values (:pool, :id, :source, :due, :expires, :body)"
)
# Holds only while nobody else has claimed the line.
CLAIM = Statement(
    "update log_lines set due = :due, body = :body where pool = :pool and id = :id and due = :before"
)
DELETE = Statement("delete from log_lines where pool = :pool and id = :id")
