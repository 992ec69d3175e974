"""What the house needs of a store. Reads answer at once; writes are collected and happen together.

    async with storage.transaction() as tx:
        user = await tx.users.get(pool, sub)
        tx.users.save(replace(user, is_enabled=False))

Leaving the block commits every collected write as one durable unit, or none of them; an
exception inside drops them. `save` holds only for the version that was read, and leaves the row
one version on: otherwise the commit raises `Conflict`. One version of a row can be saved once in
a unit. `add` on a taken key makes the commit raise `AlreadyExists`. `delete` of what is gone does
nothing. A key that no database can hold is never found, and writing it raises `Unstorable`.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

from riskengine.entities import (
    AccessKey,
    AuthEvent,
    Client,
    Group,
    Lockout,
    Pool,
    RiskConfiguration,
    Session,
    SigningKey,
    User,
)
from riskengine.risk import Profile

GuessKind = Literal["password", "mfa"]

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
class StoredProfile:
    """A user's profile and the version it was read at (0: none is stored yet)."""

    profile: Profile
    version: int


@dataclass(frozen=True, slots=True)
class UserFilter:
    """One term of ListUsers: `attribute = value`, or a prefix of it; case counts.

    `attribute` is one of SEARCHABLE. A user name is compared in its compared form, `status` is
    Enabled or Disabled. A term of more than 256 characters matches nobody.
    """

    attribute: str
    value: str
    is_prefix: bool


class Pools(Protocol):
    """User pools, in the order of their ids."""

    async def get(self, pool: str) -> Pool:
        """The pool; raises NotFound."""
        ...

    async def find(self, pool: str) -> Pool | None:
        """The pool, if there is one."""
        ...

    async def list_(self, *, after: str, limit: int) -> Sequence[Pool]:
        """A page of pools whose ids follow `after`."""
        ...

    def add(self, pool: Pool) -> None:
        """Add; AlreadyExists("pool") at commit."""
        ...

    def save(self, pool: Pool) -> None:
        """Save the version that was read."""
        ...

    def delete(self, pool: Pool) -> None:
        """Delete the pool and everything in it."""
        ...


class Clients(Protocol):
    """App clients of a pool; a client id is unique over all pools, being random."""

    async def get(self, pool: str, client: str) -> Client:
        """The client; raises NotFound."""
        ...

    async def find(self, pool: str, client: str) -> Client | None:
        """The client, if the pool has one."""
        ...

    async def find_by_id(self, client: str) -> Client | None:
        """The client of whichever pool has it."""
        ...

    async def list_(self, pool: str, *, after: str, limit: int) -> Sequence[Client]:
        """A page of clients whose ids follow `after`."""
        ...

    def add(self, client: Client) -> None:
        """Add; AlreadyExists("client") at commit."""
        ...

    def save(self, client: Client) -> None:
        """Save the version that was read."""
        ...

    def delete(self, client: Client) -> None:
        """Delete the client and its risk configuration."""
        ...


class Users(Protocol):
    """Users. A name key is the compared form of a name: the user name's, or an alias's."""

    async def get(self, pool: str, sub: str) -> User:
        """The user of a sub; raises NotFound."""
        ...

    async def find(self, pool: str, name_key: str) -> User | None:
        """By user name, sub or alias, in this order."""
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

    def delete(self, user: User) -> None:
        """Delete the user and everything of theirs, events too: this is how a person is erased."""
        ...


class Lockouts(Protocol):
    """Failures in a row, by user key and kind of guess (unknown names have keys too)."""

    async def find(self, pool: str, key: str, kind: GuessKind) -> Lockout:
        """The lockout; a fresh one (version 0) when none is stored."""
        ...

    def save(self, pool: str, key: str, kind: GuessKind, lockout: Lockout) -> None:
        """Holds only for the version read (0 creates): parallel guesses count one by one."""
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


class RiskConfigurations(Protocol):
    """Risk configurations; the empty client is the pool's own."""

    async def find(self, pool: str, client: str) -> RiskConfiguration | None:
        """Exactly this one."""
        ...

    async def effective(self, pool: str, client: str) -> RiskConfiguration | None:
        """The client's own, else the pool's, else None; one query."""
        ...

    def put(self, configuration: RiskConfiguration) -> None:
        """Add or replace."""
        ...

    def delete(self, pool: str, client: str) -> None:
        """Delete, if there is one."""
        ...


class Events(Protocol):
    """Authentication events, by user and time."""

    async def get(self, pool: str, sub: str, event: str) -> AuthEvent:
        """The event; raises NotFound."""
        ...

    async def list_(
        self, pool: str, sub: str, *, before: tuple[int, str] | None, limit: int
    ) -> Sequence[AuthEvent]:
        """Newest first; `before` is the (time, id) of the last one seen."""
        ...

    def since(self, pool: str, time: int) -> AsyncIterator[AuthEvent]:
        """Every event of a pool from `time` on, oldest first, in batches behind the scenes."""
        ...

    def add(self, event: AuthEvent) -> None:
        """Add; AlreadyExists("event") at commit."""
        ...

    def save(self, event: AuthEvent) -> None:
        """Save the version that was read; pool, sub, time and id stay."""
        ...


class Profiles(Protocol):
    """What the engine knows of each user."""

    async def find(self, pool: str, sub: str) -> StoredProfile:
        """The profile; an empty one (version 0) when none is stored."""
        ...

    def save(self, pool: str, sub: str, stored: StoredProfile) -> None:
        """Holds only for the version read (0 creates)."""
        ...


class Populations(Protocol):
    """A pool's shared risk state, as of a time."""

    async def find(self, pool: str) -> tuple[int, bytes] | None:
        """(time of the state, state)."""
        ...

    def put(self, pool: str, time: int, state: bytes) -> None:
        """Add or replace; a state older than the stored one changes nothing."""
        ...


class Sessions(Protocol):
    """Token families."""

    async def get(self, pool: str, session: str) -> Session:
        """The session; raises NotFound."""
        ...

    async def find_by_refresh(self, pool: str, refresh_hash: bytes) -> Session | None:
        """By the hash of the current refresh token, or of the one that rotation replaced."""
        ...

    def add(self, session: Session) -> None:
        """Add; AlreadyExists("session") at commit."""
        ...

    def save(self, session: Session) -> None:
        """Save the version that was read; pool, id and sub stay."""
        ...

    def revoke_all(self, pool: str, sub: str) -> None:
        """Revoke every session the user has at commit; each goes one version on."""
        ...


class Spent(Protocol):
    """Ids that may be used once: session strings, secret blocks."""

    async def is_spent(self, pool: str, id_: str) -> bool:
        """Whether somebody was first."""
        ...

    def spend(self, pool: str, id_: str, expires: int) -> None:
        """Raises `AlreadyExists("spent")` at commit when somebody was first."""
        ...


class Keys(Protocol):
    """Signing keys of pools, access keys of operators."""

    async def signing(self, pool: str) -> Sequence[SigningKey]:
        """All keys of a pool, newest first."""
        ...

    async def access(self, key: str) -> AccessKey | None:
        """The access key, if there is one."""
        ...

    async def list_access(self) -> Sequence[AccessKey]:
        """All access keys, oldest first."""
        ...

    def add_signing(self, key: SigningKey) -> None:
        """Add; AlreadyExists("signing_key") at commit."""
        ...

    def add_access(self, key: AccessKey) -> None:
        """Add; AlreadyExists("access_key") at commit."""
        ...

    def delete_access(self, key: str) -> None:
        """Delete, if there is one."""
        ...


class Reader(Protocol):
    """Every kind of row, for reading; also on a transaction."""

    @property
    def pools(self) -> Pools:
        """User pools."""
        ...

    @property
    def clients(self) -> Clients:
        """App clients."""
        ...

    @property
    def users(self) -> Users:
        """Users."""
        ...

    @property
    def lockouts(self) -> Lockouts:
        """Failures in a row."""
        ...

    @property
    def groups(self) -> Groups:
        """Groups and their members."""
        ...

    @property
    def risk_configurations(self) -> RiskConfigurations:
        """Risk configurations."""
        ...

    @property
    def events(self) -> Events:
        """Authentication events."""
        ...

    @property
    def profiles(self) -> Profiles:
        """What the engine knows of each user."""
        ...

    @property
    def populations(self) -> Populations:
        """Each pool's shared risk state."""
        ...

    @property
    def sessions(self) -> Sessions:
        """Token families."""
        ...

    @property
    def spent(self) -> Spent:
        """Ids that may be used once."""
        ...

    @property
    def keys(self) -> Keys:
        """Signing keys and access keys."""
        ...


class Transaction(Reader, Protocol):
    """A unit of work: reads answer now, writes happen together at the end of the block."""


class Storage(Reader, Protocol):
    """A database. Writes outside a transaction are a programming error and raise."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a unit of work; a cancelled waiter does not stop a commit that has begun."""
        ...

    async def migrate(self) -> None:
        """Bring the schema up to date; safe from several processes at once."""
        ...

    async def ping(self) -> None:
        """Raises `Unavailable` when the database does not answer."""
        ...

    async def purge(self, now: int, *, limit: int = 1000) -> int:
        """Delete up to `limit` rows of each kind that expire; answers how many went.

        Spent ids and sessions go at their end, locks a day after they last mattered.
        """
        ...

    async def close(self) -> None:
        """Finish what was accepted, then close."""
        ...
