"""SQL of ids that may be used once."""

from riskengine.storage.sql import Statement

FIND = Statement("select 1 from spent where pool = :pool and id = :id")
SPEND = Statement("insert into spent (pool, id, expires) values (:pool, :id, :expires)")
