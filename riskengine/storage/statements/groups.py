"""SQL of groups and their members."""

from riskengine.storage.sql import Statement

FIND = Statement("select body from groups where pool = :pool and name = :name")
LIST = Statement("select body from groups where pool = :pool and name > :after order by name limit :limit")
OF_USER = Statement(
    "select groups.body from members"
    " join groups on groups.pool = members.pool and groups.name = members.name"
    " where members.pool = :pool and members.sub = :sub"
    " order by groups.precedence is null, groups.precedence, groups.name"
)
MEMBERS = Statement(
    "select users.body from members"
    " join users on users.pool = members.pool and users.sub = members.sub"
    " where members.pool = :pool and members.name = :name and members.sub > :after"
    " order by members.sub limit :limit"
)
COUNT = Statement("select count(*) from groups where pool = :pool")
ADD = Statement(
    "insert into groups (pool, name, version, precedence, body)"
    " values (:pool, :name, :version, :precedence, :body)"
)
SAVE = Statement(
    "update groups set version = version + 1, precedence = :precedence, body = :body"
    " where pool = :pool and name = :name and version = :version"
)
DELETE = Statement("delete from groups where pool = :pool and name = :name")
DELETE_MEMBERS = Statement("delete from members where pool = :pool and name = :name")
ADD_MEMBER = Statement(
    "insert into members (pool, sub, name, created) values (:pool, :sub, :name, :created)"
    " on conflict (pool, sub, name) do nothing"
)
REMOVE_MEMBER = Statement("delete from members where pool = :pool and sub = :sub and name = :name")
