"""Imports of users."""

from collections.abc import Sequence

from riskengine.entities import ImportJob
from riskengine.storage import records
from riskengine.storage.interface import PieceKind
from riskengine.storage.sql import Columns
from riskengine.storage.statements import import_jobs as sql
from riskengine.storage.tables.table import Table


class ImportJobs(Table):
    """Import jobs of a pool, newest first."""

    __slots__ = ()

    async def find(self, pool: str, job: str) -> ImportJob | None:
        """The job, if the pool has it."""
        return await self._find(ImportJob, sql.FIND, {"pool": pool, "id": job})

    async def list_(self, pool: str, *, before: tuple[int, str] | None, limit: int) -> Sequence[ImportJob]:
        """Newest first; `before` is the (created, id) of the last one seen."""
        page: Columns = {"pool": pool, "limit": limit}
        if before is None:
            return await self._all(ImportJob, sql.LIST, page)
        return await self._all(ImportJob, sql.LIST_BEFORE, {**page, "created": before[0], "id": before[1]})

    async def oldest(self, pool: str, *, beyond: int) -> Sequence[ImportJob]:
        """The jobs that are older than the newest `beyond` ones."""
        return await self._all(ImportJob, sql.OLDEST, {"pool": pool, "beyond": beyond})

    async def running(self, pool: str) -> ImportJob | None:
        """A job of the pool that was started and has not ended."""
        return await self._find(ImportJob, sql.RUNNING, {"pool": pool})

    async def due(self, now: int, *, limit: int) -> Sequence[ImportJob]:
        """Jobs of all pools that somebody should take up, the longest due first."""
        return await self._all(ImportJob, sql.DUE, {"now": now, "limit": limit})

    async def piece(self, pool: str, job: str, kind: PieceKind, number: int) -> bytes | None:
        """One piece of the file or the log, if it is there."""
        rows = await self._rows(sql.PIECE, {"pool": pool, "job": job, "kind": kind, "number": number})
        return bytes(rows[0][0]) if rows else None

    def add(self, job: ImportJob) -> None:
        """Add; AlreadyExists("import_job") at commit."""
        self._add(sql.ADD, records.import_job_row(job), "import_job")

    def save(self, job: ImportJob) -> None:
        """Save the version that was read."""
        row = {**records.import_job_row(records.saved(job)), "version": job.version}
        self._swap(sql.SAVE, row, job.pool, job.id, job.version)

    def put_piece(self, pool: str, job: str, kind: PieceKind, number: int, content: bytes) -> None:
        """Add or replace a piece."""
        row: Columns = {"pool": pool, "job": job, "kind": kind, "number": number, "body": content}
        self._do(sql.PUT_PIECE, row)

    def drop_pieces(self, pool: str, job: str, kind: PieceKind, *, from_: int = 0) -> None:
        """Delete the pieces from a number on."""
        self._do(sql.DROP_PIECES, {"pool": pool, "job": job, "kind": kind, "number": from_})

    def delete(self, job: ImportJob) -> None:
        """Delete the job with all its pieces."""
        for statement in sql.DELETE:
            self._do(statement, {"pool": job.pool, "id": job.id})
