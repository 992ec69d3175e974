"""SQL of pools' own lists of breached passwords; `LISTS` looks over all pools, for operators."""

from riskengine.storage.sql import Statement

HAS = Statement("select 1 from breached_passwords where pool = :pool and digest = :digest")
ANY = Statement("select 1 from breached_passwords where pool = :pool limit 1")
LISTS = Statement("select pool, count(*), max(added) from breached_passwords group by pool order by pool")
ADD = Statement(
    "insert into breached_passwords (pool, digest, added) values (:pool, :digest, :added)"
    " on conflict (pool, digest) do nothing"
)
CLEAR = Statement("delete from breached_passwords where pool = :pool")
