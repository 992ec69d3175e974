"""SQL of authentication events."""

from functools import cache

from riskengine.storage.sql import Statement

GET = Statement("select body from events where pool = :pool and sub = :sub and id = :id")
ANYWHERE = Statement("select body from events where id = :id")
NEWEST = Statement(
    "select body from events where pool = :pool and sub = :sub order by time desc, id desc limit :limit"
)
BEFORE = Statement(
    "select body from events where pool = :pool and sub = :sub and (time, id) < (:time, :id)"
    " order by time desc, id desc limit :limit"
)
SINCE = Statement(
    "select body, time, id from events where pool = :pool and (time, id) > (:time, :id)"
    " order by time, id limit :limit"
)
ADD = Statement(
    "insert into events (pool, sub, time, id, version, body)"
    " values (:pool, :sub, :time, :id, :version, :body)"
)
SAVE = Statement(
    "update events set version = version + 1, body = :body"
    " where pool = :pool and sub = :sub and time = :time and id = :id and version = :version"
)
WHOLE_BEFORE = Statement(
    "select body from events where is_whole = 1 and time < :before order by time limit :limit"
)
SAVE_CONTEXT_FREE = Statement(
    "update events set version = version + 1, is_whole = 0, body = :body"
    " where pool = :pool and sub = :sub and time = :time and id = :id and version = :version"
)


@cache
def delete_before(table: str) -> tuple[Statement, ...]:
    """Deleting the oldest rows of `events`, or of one of its partitions."""
    # One statement for each kind: the index is by kind first.
    return tuple(
        Statement(
            f"delete from {table} where (pool, sub, time, id) in"  # noqa: S608 - a name of the database's own
            f" (select pool, sub, time, id from {table} where is_whole = {is_whole} and time < :before"
            " order by time limit :limit)"
        )
        for is_whole in (0, 1)
    )
