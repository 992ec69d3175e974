"""SQL of users, their aliases, and the ten attributes that ListUsers can search."""

from dataclasses import dataclass

from riskengine.storage.interface import SEARCHABLE
from riskengine.storage.sql import Statement

# Where the API's name of an attribute is not its column's.
_COLUMNS = {"status": "enabled", "cognito:user_status": "status"}


@dataclass(frozen=True, slots=True)
class Search:
    """The three questions to one indexed column; each is a range of its index."""

    exactly: Statement
    between: Statement
    from_on: Statement


def _search(column: str) -> Search:
    head = "select body from users where pool = :pool and sub > :after and"
    tail = "order by sub limit :limit"
    return Search(
        exactly=Statement(f"{head} {column} = :value {tail}"),
        between=Statement(f"{head} {column} >= :value and {column} < :end {tail}"),
        from_on=Statement(f"{head} {column} >= :value {tail}"),
    )


SEARCHES = {attribute: _search(_COLUMNS.get(attribute, attribute)) for attribute in SEARCHABLE}

# Of a user name, else of a sub, else of an alias; the later ones are looked up only if need be.
SUB_OF_NAME = (
    "coalesce((select sub from users where pool = :pool and username = :name_key),"
    " (select sub from users where pool = :pool and sub = :name_key),"
    " (select sub from aliases where pool = :pool and alias = :name_key))"
)

GET = Statement("select body from users where pool = :pool and sub = :sub")
FIND = Statement(f"select body from users where pool = :pool and sub = {SUB_OF_NAME}")  # noqa: S608 - from above
LIST = Statement("select body from users where pool = :pool and sub > :after order by sub limit :limit")
COUNT_UP_TO = Statement(
    "select count(*) from (select sub from users where pool = :pool limit :limit) as some_users"
)
COUNT_BELOW = Statement("select count(*) from users where pool = :pool and sub < :end")

ADD = Statement(
    "insert into users (pool, sub, version, body, username, enabled, status,"
    " email, phone_number, name, given_name, family_name, preferred_username)"
    " values (:pool, :sub, :version, :body, :username, :enabled, :status,"
    " :email, :phone_number, :name, :given_name, :family_name, :preferred_username)"
)
SAVE = Statement(
    "update users set version = version + 1, body = :body, enabled = :enabled, status = :status,"
    " email = :email, phone_number = :phone_number, name = :name, given_name = :given_name,"
    " family_name = :family_name, preferred_username = :preferred_username"
    " where pool = :pool and sub = :sub and version = :version"
)

FIND_LINKED = Statement(
    "select users.body from linked_identities as link"
    " join users on users.pool = :pool and users.sub = link.sub"
    " where link.pool = :pool and link.identity = :identity"
)
LINK = Statement("insert into linked_identities (pool, identity, sub) values (:pool, :identity, :sub)")
UNLINK = Statement("delete from linked_identities where pool = :pool and identity = :identity and sub = :sub")

ADD_ALIAS = Statement("insert into aliases (pool, alias, sub) values (:pool, :alias, :sub)")
TAKE_ALIAS = Statement(
    "insert into aliases (pool, alias, sub) values (:pool, :alias, :sub)"
    " on conflict (pool, alias) do update set sub = excluded.sub"
)
DROP_ALIASES = Statement("delete from aliases where pool = :pool and sub = :sub")
