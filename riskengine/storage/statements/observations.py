"""SQL of observations: each process counts its own, so a reader needs one place for each writer."""

from riskengine.storage.sql import Statement

SINCE = Statement(
    "select pool, process, number, decided, body from observations"
    " where pool = :pool and process = :process and number > :number order by number limit :limit"
)
OF_POOL = Statement(
    "select pool, process, number, decided, body from observations"
    " where pool = :pool and (process, number) > (:process, :number)"
    " order by process, number limit :limit"
)
ADD = Statement(
    "insert into observations (pool, process, number, decided, body)"
    " values (:pool, :process, :number, :decided, :body)"
)
DELETE_UNTIL = Statement(
    "delete from observations where pool = :pool and process = :process and number <= :number"
)
