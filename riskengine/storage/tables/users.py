"""Users, under all their names."""

from collections.abc import Sequence

from riskengine.entities import User
from riskengine.storage import records
from riskengine.storage.interface import UserFilter
from riskengine.storage.sql import Columns
from riskengine.storage.statements import cascades
from riskengine.storage.statements import users as sql
from riskengine.storage.tables.table import Table, present

# Up to here users are counted; beyond, the share of subs below the mark stands for all.
_COUNTED = 10_000
_MARK, _SHARE = "04", 64  # subs are random hexadecimal: one in 64 is below


def prefix_end(prefix: str) -> str | None:
    """The first text after all that begin with the prefix; None when none comes after them."""
    kept = prefix.rstrip("\U0010ffff")
    if not kept:
        return None
    following = ord(kept[-1]) + 1
    return kept[:-1] + chr(0xE000 if following == 0xD800 else following)


class Users(Table):
    """Users, in the order of their subs."""

    __slots__ = ()

    async def get(self, pool: str, sub: str) -> User:
        """The user of a sub; raises NotFound."""
        return present(await self._find(User, sql.GET, {"pool": pool, "sub": sub}))

    async def find(self, pool: str, name_key: str) -> User | None:
        """The user of a user name, else of a sub, else of an alias."""
        return await self._find(User, sql.FIND, {"pool": pool, "name_key": name_key})

    async def find_linked(self, pool: str, identity: str) -> User | None:
        """The user that an identity of a provider is linked to."""
        return await self._find(User, sql.FIND_LINKED, {"pool": pool, "identity": identity})

    async def list_(self, pool: str, *, term: UserFilter | None, after: str, limit: int) -> Sequence[User]:
        """A page of users whose subs follow `after` and that match the term."""
        page: Columns = {"pool": pool, "after": after, "limit": limit}
        if term is None:
            return await self._all(User, sql.LIST, page)
        search = sql.SEARCHES[term.attribute]
        if not records.is_search_term(term.value):
            return []
        if not term.is_prefix:
            return await self._all(User, search.exactly, {**page, "value": term.value})
        end = prefix_end(term.value)
        if end is None:
            return await self._all(User, search.from_on, {**page, "value": term.value})
        return await self._all(User, search.between, {**page, "value": term.value, "end": end})

    async def count(self, pool: str) -> int:
        """How many users there are: exact up to 10,000, an estimate beyond."""
        rows = await self._rows(sql.COUNT_UP_TO, {"pool": pool, "limit": _COUNTED + 1})
        counted = int(rows[0][0]) if rows else 0
        if counted <= _COUNTED:
            return counted
        sample = await self._rows(sql.COUNT_BELOW, {"pool": pool, "end": _MARK})
        return max(counted, int(sample[0][0]) * _SHARE)

    def add(self, user: User, *, name_key: str, aliases: Sequence[str]) -> None:
        """Add; AlreadyExists("username") or AlreadyExists("alias") at commit."""
        self._add(sql.ADD, {**records.user_row(user), "username": name_key}, "username")
        self._add_aliases(user, aliases)

    def save(self, user: User) -> None:
        """Save the version that was read."""
        row = {**records.user_row(records.saved(user)), "version": user.version}
        self._swap(sql.SAVE, row, user.pool, user.sub, user.version)

    def set_aliases(self, user: User, aliases: Sequence[str], *, take_over: bool = False) -> None:
        """Replace the user's aliases; AlreadyExists("alias") at commit, unless they are taken over."""
        self._do(sql.DROP_ALIASES, {"pool": user.pool, "sub": user.sub})
        self._add_aliases(user, aliases, take_over=take_over)

    def _add_aliases(self, user: User, aliases: Sequence[str], *, take_over: bool = False) -> None:
        statement = sql.TAKE_ALIAS if take_over else sql.ADD_ALIAS
        # Sorted, so that two units taking the same aliases wait in one order and can't deadlock.
        for alias in sorted(set(aliases)):
            self._add(statement, {"pool": user.pool, "alias": alias, "sub": user.sub}, "alias")

    def link(self, user: User, identity: str) -> None:
        """Link an identity to the user; AlreadyExists("identity") at commit."""
        self._add(sql.LINK, {"pool": user.pool, "identity": identity, "sub": user.sub}, "identity")

    def unlink(self, user: User, identity: str) -> None:
        """Take a link away, if the user has it."""
        self._do(sql.UNLINK, {"pool": user.pool, "identity": identity, "sub": user.sub})

    def delete(self, user: User) -> None:
        """Delete the user and everything of theirs: names, events, profile, sessions, locks."""
        for statement in cascades.DELETE_USER:
            self._do(statement, {"pool": user.pool, "sub": user.sub})
