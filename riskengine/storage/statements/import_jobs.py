"""SQL of imports of users; `due` looks over all pools."""

from riskengine.storage.sql import Statement

FIND = Statement("select body from import_jobs where pool = :pool and id = :id")
LIST = Statement(
    "select body from import_jobs where pool = :pool order by created desc, id desc limit :limit"
)
LIST_BEFORE = Statement(
    "select body from import_jobs where pool = :pool and (created, id) < (:created, :id)"
    " order by created desc, id desc limit :limit"
)
OLDEST = Statement(
    "select body from import_jobs where pool = :pool order by created desc, id desc limit 100 offset :beyond"
)
RUNNING = Statement(
    "select body from import_jobs"
    " where pool = :pool and status in ('Pending', 'InProgress', 'Stopping') limit 1"
)
DUE = Statement(
    "select body from import_jobs where due <= :now and due < 9000000000000000000 order by due limit :limit"
)
ADD = Statement(
    "insert into import_jobs (pool, id, created, status, due, version, body)"
    " values (:pool, :id, :created, :status, :due, :version, :body)"
)
SAVE = Statement(
    "update import_jobs set version = version + 1, status = :status, due = :due, body = :body"
    " where pool = :pool and id = :id and version = :version"
)
PIECE = Statement(
    "select body from import_pieces where pool = :pool and job = :job and kind = :kind and number = :number"
)
PUT_PIECE = Statement(
    "insert into import_pieces (pool, job, kind, number, body)"
    " values (:pool, :job, :kind, :number, :body)"
    " on conflict (pool, job, kind, number) do update set body = excluded.body"
)
DROP_PIECES = Statement(
    "delete from import_pieces where pool = :pool and job = :job and kind = :kind and number >= :number"
)
DELETE = (
    Statement("delete from import_pieces where pool = :pool and job = :id"),
    Statement("delete from import_jobs where pool = :pool and id = :id"),
)
