"""What sign-ins read of their user, and leave behind: failures, events, sessions, spent ids."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from riskengine.entities import AuthEvent, Group, Lockout, Session, User
from riskengine.storage.interface.learned import StoredProfile

# Guesses are counted apart: passwords, those of a device or place that the user is known by, second
# factors, codes that stand in for a password, device secrets.
GuessKind = Literal["password", "familiar", "mfa", "otp", "device"]


@dataclass(frozen=True, slots=True)
class SignInRecords:
    """What every sign-in needs of its user, as of one moment; groups in the order of `Groups.of_user`.

    `lockout` is the one of passwords: the user's, or that of a name that nobody has.
    """

    user: User | None
    lockout: Lockout
    profile: StoredProfile
    groups: tuple[Group, ...]


class SignIns(Protocol):
    """Reads a sign-in's records in one question, the same for known and unknown users.

    `nobody` is the key under which failures count where there is no such user.
    """

    async def find(self, pool: str, name_key: str, *, nobody: str) -> SignInRecords:
        """By user name, sub or alias, in this order."""
        ...

    async def of_sub(self, pool: str, sub: str, *, nobody: str) -> SignInRecords:
        """Of the user of a sub; nobody has the empty one."""
        ...


class Lockouts(Protocol):
    """Failures in a row, by user key and kind of guess (unknown names have keys too)."""

    async def find(self, pool: str, key: str, kind: GuessKind) -> Lockout:
        """The lockout; a fresh one (version 0) when none is stored."""
        ...

    def save(self, pool: str, key: str, kind: GuessKind, lockout: Lockout) -> None:
        """Holds only for the version read (0 creates): parallel guesses count one by one."""
        ...


class Events(Protocol):
    """Authentication events, by user and time."""

    async def get(self, pool: str, sub: str, event: str) -> AuthEvent:
        """The event; raises NotFound."""
        ...

    async def find_anywhere(self, event: str) -> AuthEvent | None:
        """The event, whoever's it is, None without one. For a person who waits: it reads all of them."""
        ...

    async def list_(
        self, pool: str, sub: str, *, before: tuple[int, str] | None, limit: int
    ) -> Sequence[AuthEvent]:
        """Newest first; `before` is the (time, id) of the last one seen."""
        ...

    def since(self, pool: str, time: int) -> AsyncIterator[AuthEvent]:
        """Every event of a pool from `time` on, oldest first, in batches behind the scenes."""
        ...

    async def whole_before(self, before: int, *, limit: int) -> Sequence[AuthEvent]:
        """The oldest events of all pools from before `before` whose context is not forgotten."""
        ...

    def add(self, event: AuthEvent) -> None:
        """Add; AlreadyExists("event") at commit."""
        ...

    def save(self, event: AuthEvent) -> None:
        """Save the version that was read; pool, sub, time and id stay."""
        ...

    def save_context_free(self, event: AuthEvent) -> None:
        """As `save`; from then on it is no whole event."""
        ...


class Sessions(Protocol):
    """Token families."""

    async def get(self, pool: str, session: str) -> Session:
        """The session; raises NotFound."""
        ...

    async def find(self, pool: str, session: str) -> Session | None:
        """The session, if it is there."""
        ...

    async def of_user(
        self, pool: str, sub: str, *, now: int, limit: int, after: str = ""
    ) -> Sequence[Session]:
        """The user's sessions that can still be refreshed, in the order of their ids, from after one on."""
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
