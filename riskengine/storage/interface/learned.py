"""What the risk engine has learned, of each user and of each pool."""

from dataclasses import dataclass
from typing import Protocol

from riskengine.entities import Learned
from riskengine.risk import Profile


@dataclass(frozen=True, slots=True)
class StoredProfile:
    """A user's profile and the version it was read at (0: none is stored yet)."""

    profile: Profile
    version: int


NO_PROFILE = StoredProfile(Profile(), 0)


class Profiles(Protocol):
    """What the engine knows of each user."""

    async def find(self, pool: str, sub: str) -> StoredProfile:
        """The profile; an empty one (version 0) when none is stored."""
        ...

    def save(self, pool: str, sub: str, stored: StoredProfile) -> None:
        """Holds only for the version read (0 creates)."""
        ...


class LearnedVersions(Protocol):
    """What each pool learned from verdicts, version by version."""

    async def find(self, pool: str) -> Learned:
        """The pool's versions; none (version 0) when nothing is stored."""
        ...

    def save(self, learned: Learned) -> None:
        """Holds only for the version read (0 creates)."""
        ...


class Populations(Protocol):
    """A pool's shared risk state, as of a time."""

    async def find(self, pool: str) -> tuple[int, bytes] | None:
        """(time of the state, state)."""
        ...

    async def time(self, pool: str) -> int | None:
        """When the state is of; None where there is none."""
        ...

    def swap(self, pool: str, before: int | None, time: int, state: bytes) -> None:
        """Replace the state of a time that was read (None creates); AlreadyExists or Conflict at commit."""
        ...

    def put(self, pool: str, time: int, state: bytes) -> None:
        """Add or replace; a state older than the stored one changes nothing."""
        ...
