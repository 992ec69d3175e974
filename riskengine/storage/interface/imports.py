"""Imports of users: jobs, and the pieces of their files and logs."""

from collections.abc import Sequence
from typing import Literal, Protocol

from riskengine.entities import ImportJob

PieceKind = Literal["file", "log"]


class ImportJobs(Protocol):
    """Import jobs of a pool, newest first."""

    async def find(self, pool: str, job: str) -> ImportJob | None:
        """The job, if the pool has it."""
        ...

    async def list_(self, pool: str, *, before: tuple[int, str] | None, limit: int) -> Sequence[ImportJob]:
        """Newest first; `before` is the (created, id) of the last one seen."""
        ...

    async def oldest(self, pool: str, *, beyond: int) -> Sequence[ImportJob]:
        """The jobs that are older than the newest `beyond` ones."""
        ...

    async def running(self, pool: str) -> ImportJob | None:
        """A job of the pool that was started and has not ended."""
        ...

    async def due(self, now: int, *, limit: int) -> Sequence[ImportJob]:
        """Jobs of all pools that somebody should take up, the longest due first."""
        ...

    async def piece(self, pool: str, job: str, kind: PieceKind, number: int) -> bytes | None:
        """One piece of the file or the log, if it is there."""
        ...

    def add(self, job: ImportJob) -> None:
        """Add; AlreadyExists("import_job") at commit."""
        ...

    def save(self, job: ImportJob) -> None:
        """Save the version that was read."""
        ...

    def put_piece(self, pool: str, job: str, kind: PieceKind, number: int, content: bytes) -> None:
        """Add or replace a piece."""
        ...

    def drop_pieces(self, pool: str, job: str, kind: PieceKind, *, from_: int = 0) -> None:
        """Delete the pieces from a number on."""
        ...

    def delete(self, job: ImportJob) -> None:
        """Delete the job with all its pieces."""
        ...
