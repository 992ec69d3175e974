"""Groups and their members."""

from collections.abc import Sequence

from riskengine.entities import Group, User
from riskengine.storage import records
from riskengine.storage.sql import Columns
from riskengine.storage.statements import groups as sql
from riskengine.storage.tables.table import Table, present


class Groups(Table):
    """Groups, in the order of their names, and their members."""

    __slots__ = ()

    async def get(self, pool: str, name: str) -> Group:
        """The group; raises NotFound."""
        return present(await self.find(pool, name))

    async def find(self, pool: str, name: str) -> Group | None:
        """The group, if the pool has one."""
        return await self._find(Group, sql.FIND, {"pool": pool, "name": name})

    async def list_(self, pool: str, *, after: str, limit: int) -> Sequence[Group]:
        """A page of groups whose names follow `after`."""
        return await self._all(Group, sql.LIST, {"pool": pool, "after": after, "limit": limit})

    async def of_user(self, pool: str, sub: str) -> Sequence[Group]:
        """A user's groups: lowest precedence first, None last, then by name."""
        return await self._all(Group, sql.OF_USER, {"pool": pool, "sub": sub})

    async def members(self, pool: str, name: str, *, after: str, limit: int) -> Sequence[User]:
        """A page of members whose subs follow `after`."""
        page: Columns = {"pool": pool, "name": name, "after": after, "limit": limit}
        return await self._all(User, sql.MEMBERS, page)

    async def count(self, pool: str) -> int:
        """How many groups the pool has."""
        return await self._count(sql.COUNT, {"pool": pool})

    def add(self, group: Group) -> None:
        """Add; AlreadyExists("group") at commit."""
        self._add(sql.ADD, records.group_row(group), "group")

    def save(self, group: Group) -> None:
        """Save the version that was read."""
        row = {**records.group_row(records.saved(group)), "version": group.version}
        self._swap(sql.SAVE, row, group.pool, group.name, group.version)

    def delete(self, group: Group) -> None:
        """Delete the group; its members stay users."""
        key = {"pool": group.pool, "name": group.name}
        self._do(sql.DELETE_MEMBERS, key)
        self._do(sql.DELETE, key)

    def add_member(self, pool: str, name: str, sub: str, now: int) -> None:
        """Adding twice is adding once."""
        self._do(sql.ADD_MEMBER, {"pool": pool, "sub": sub, "name": name, "created": now})

    def remove_member(self, pool: str, name: str, sub: str) -> None:
        """Removing who is no member is nothing."""
        self._do(sql.REMOVE_MEMBER, {"pool": pool, "sub": sub, "name": name})
