"""Users, the search for them, and their groups."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from riskengine.entities import Group, User

# What ListUsers can search, as the API names it.
SEARCHABLE = (
    "username",
    "sub",
    "status",
    "cognito:user_status",
    "email",
    "phone_number",
    "name",
    "given_name",
    "family_name",
    "preferred_username",
)


@dataclass(frozen=True, slots=True)
class UserFilter:
    """One term of ListUsers: `attribute = value`, or a prefix of it; case counts.

    `attribute` is one of SEARCHABLE. A user name is compared in its compared form, `status` is
    Enabled or Disabled. A term of more than 256 characters matches nobody.
    """

    attribute: str
    value: str
    is_prefix: bool


class Users(Protocol):
    """Users. A name key is the compared form of a name: the user name's, or an alias's."""

    async def get(self, pool: str, sub: str) -> User:
        """The user of a sub; raises NotFound."""
        ...

    async def find(self, pool: str, name_key: str) -> User | None:
        """By user name, sub or alias, in this order."""
        ...

    async def find_linked(self, pool: str, identity: str) -> User | None:
        """The user that an identity of a provider is linked to."""
        ...

    async def list_(self, pool: str, *, term: UserFilter | None, after: str, limit: int) -> Sequence[User]:
        """A page of users whose subs follow `after` and that match the term."""
        ...

    async def count(self, pool: str) -> int:
        """How many users there are; an estimate beyond 10,000."""
        ...

    def add(self, user: User, *, name_key: str, aliases: Sequence[str]) -> None:
        """Add; AlreadyExists("username") or AlreadyExists("alias") at commit."""
        ...

    def save(self, user: User) -> None:
        """Save the version that was read; the user name stays."""
        ...

    def set_aliases(self, user: User, aliases: Sequence[str], *, take_over: bool = False) -> None:
        """Replace the user's aliases; `take_over` moves one that somebody else has."""
        ...

    def link(self, user: User, identity: str) -> None:
        """Link an identity to the user; AlreadyExists("identity") at commit."""
        ...

    def unlink(self, user: User, identity: str) -> None:
        """Take a link away, if the user has it."""
        ...

    def delete(self, user: User) -> None:
        """Delete the user and everything of theirs, events too: this is how a person is erased."""
        ...


class Groups(Protocol):
    """Groups, in the order of their names, and their members."""

    async def get(self, pool: str, name: str) -> Group:
        """The group; raises NotFound."""
        ...

    async def find(self, pool: str, name: str) -> Group | None:
        """The group, if the pool has one."""
        ...

    async def list_(self, pool: str, *, after: str, limit: int) -> Sequence[Group]:
        """A page of groups whose names follow `after`."""
        ...

    async def of_user(self, pool: str, sub: str) -> Sequence[Group]:
        """A user's groups: lowest precedence first, None last, then by name."""
        ...

    async def members(self, pool: str, name: str, *, after: str, limit: int) -> Sequence[User]:
        """A page of members whose subs follow `after`."""
        ...

    async def count(self, pool: str) -> int:
        """How many groups the pool has."""
        ...

    def add(self, group: Group) -> None:
        """Add; AlreadyExists("group") at commit."""
        ...

    def save(self, group: Group) -> None:
        """Save the version that was read."""
        ...

    def delete(self, group: Group) -> None:
        """Delete the group; its members stay users."""
        ...

    def add_member(self, pool: str, name: str, sub: str, now: int) -> None:
        """Adding twice is adding once."""
        ...

    def remove_member(self, pool: str, name: str, sub: str) -> None:
        """Removing who is no member does nothing."""
        ...
