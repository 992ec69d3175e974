"""Codes, how often they may be asked for, and the messages that carry them."""

from collections.abc import Sequence
from typing import Protocol

from riskengine.entities import LogLine, Message, RateWindow, SentCode


class Codes(Protocol):
    """Codes that were sent; one for each subject and purpose."""

    async def find(self, pool: str, subject: str, purpose: str) -> SentCode | None:
        """The code that is out, expired ones too."""
        ...

    def save(self, code: SentCode) -> None:
        """Holds only for the version read (0 creates): parallel guesses count one by one."""
        ...

    def delete(self, code: SentCode) -> None:
        """Holds only for the version read: a code counts once."""
        ...


class Rates(Protocol):
    """How often a subject did something lately."""

    async def find(self, pool: str, subject: str, kind: str) -> RateWindow:
        """The window; an empty one (version 0) when none is stored."""
        ...

    def save(self, pool: str, subject: str, kind: str, window: RateWindow, *, expires: int) -> None:
        """Holds only for the version read (0 creates)."""
        ...


class LogLines(Protocol):
    """Log lines on their way out."""

    async def due(self, now: int, *, limit: int) -> Sequence[LogLine]:
        """Lines of all pools whose time has come, the longest due first."""
        ...

    def add(self, line: LogLine) -> None:
        """Add; AlreadyExists("log_line") at commit."""
        ...

    def claim(self, line: LogLine, due: int) -> None:
        """Move the line on; `Conflict` at commit when somebody else did."""
        ...

    def delete(self, line: LogLine) -> None:
        """Delete, if it is still there."""
        ...


class Outbox(Protocol):
    """Messages on their way."""

    async def get(self, pool: str, message: str) -> Message:
        """The message; raises NotFound."""
        ...

    async def due(self, now: int, *, limit: int) -> Sequence[Message]:
        """Waiting messages of all pools whose time has come, the longest due first."""
        ...

    async def latest(self, destination: str | None, *, limit: int) -> Sequence[Message]:
        """Messages of all pools, newest first; to one destination if one is named."""
        ...

    def add(self, message: Message) -> None:
        """Add; AlreadyExists("message") at commit."""
        ...

    def save(self, message: Message) -> None:
        """Save the version that was read; pool, id, sub, created and destination stay."""
        ...
