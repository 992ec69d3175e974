"""SQL of what a sign-in reads of its user, in one statement: rows of (kind, body, version).

Nobody's failures are counted, too: `:nobody` is the key of a name that no user has.
"""

from riskengine.storage.sql import Statement
from riskengine.storage.statements.users import SUB_OF_NAME


def _records(sub: str) -> Statement:
    theirs = "(select sub from found)"
    return Statement(
        f"with found as (select {sub} as sub)"  # noqa: S608 - fragments from here
        f" select 'user' as kind, body, version from users where pool = :pool and sub = {theirs}"
        " union all select 'lockout', body, version from lockouts"
        f" where pool = :pool and subject = coalesce({theirs}, :nobody) and kind = 'password'"
        " union all select 'profile', body, version from profiles"
        f" where pool = :pool and sub = {theirs}"
        " union all select 'group', groups.body, groups.version from members"
        " join groups on groups.pool = :pool and groups.name = members.name"
        f" where members.pool = :pool and members.sub = {theirs}"
    )


BY_NAME = _records(SUB_OF_NAME)
BY_SUB = _records("(select sub from users where pool = :pool and sub = :sub)")
