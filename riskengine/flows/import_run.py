"""Imports of users from their start on: line by line, users come out of the file.

Each batch of lines is one unit: its users, its piece of the log and how far the job has come. A
process that dies leaves a job that any other takes up where it stood.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import structlog
from msgspec.structs import replace

from riskengine import api
from riskengine.base.clock import SECOND
from riskengine.entities import ImportJob, Pool
from riskengine.entities.user_import import NEVER, PIECE, ImportStatus
from riskengine.flows import accounts
from riskengine.flows.csv_users import LONGEST_LINE, BadLineError, UserLines, columns
from riskengine.flows.services import Services
from riskengine.storage.errors import AlreadyExists, Conflict
from riskengine.storage.interface import Reader, Transaction

MOST_USERS = 500_000
_LEASE = 30 * SECOND  # longer than any batch takes
_BATCH = 50  # lines
_BREATH = 5  # lines between two turns of everybody else's
_TRIES = 8
_LONGEST_MESSAGE = 128
_SUCCEEDED = "Import Job Completed Successfully."
_STOPPED = "The Import Job was stopped by the developer."
_ALL_FAILED = "Too many users have failed or been skipped during the import."
_EXISTS = "The user already exists."

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Line:
    """A line without its end, and the position behind it; what is too long is cut, and fails."""

    content: bytes
    end: int


async def take_up(services: Services) -> bool:
    """Take up a job that is due, to its end; False where there is none."""
    now = services.clock.now()
    for job in await services.storage.import_jobs.due(now, limit=8):
        if job.status == "Created":
            await _end(services, job, "Expired", None)
            return True
        claimed = replace(job, due=now + _LEASE)
        try:
            async with services.storage.transaction() as tx:
                tx.import_jobs.save(claimed)
        except Conflict:
            continue
        await _run(services, replace(claimed, version=job.version + 1))
        return True
    return False


async def log_of(reader: Reader, job: ImportJob) -> AsyncIterator[str]:
    """The job's log, line by line as far as it has come."""
    for number in range(job.log_pieces):
        piece = await reader.import_jobs.piece(job.pool, job.id, "log", number)
        for line in (piece or b"").decode().splitlines():
            yield line


async def _run(services: Services, job: ImportJob) -> None:
    pool = await services.storage.pools.find(job.pool)
    if pool is None:
        return
    if job.status == "Stopping":
        await _end(services, job, "Stopped", _STOPPED)
        return
    first = [line async for line in _lines(services, job, 0, most=1)]
    try:
        named = columns(pool, job.algorithm, first[0].content if first else b"")
    except BadLineError as error:
        await _end(services, job, "Failed", str(error)[:_LONGEST_MESSAGE])
        return
    if job.line == 0:
        job = replace(job, status="InProgress", position=first[0].end, line=1)
    try:
        job = await _Import(services, pool, UserLines(services, pool, job.algorithm, named)).run(job)
    except Conflict:
        # Somebody stopped the job, or has taken it over: it is due again.
        return
    if job.lines_told > MOST_USERS:
        await _end(services, job, "Failed", f"A file has at most {MOST_USERS} users.")
    elif job.imported == 0 and job.lines_told > 0:
        await _end(services, job, "Failed", _ALL_FAILED)
    else:
        await _end(services, job, "Succeeded", _SUCCEEDED)


async def _end(services: Services, job: ImportJob, status: ImportStatus, message: str | None) -> None:
    ended = replace(job, status=status, message=message, completed=services.clock.now(), due=NEVER)
    try:
        async with services.storage.transaction() as tx:
            tx.import_jobs.save(ended)
            # The file has served; it says more of people than the users that were made of it.
            tx.import_jobs.drop_pieces(job.pool, job.id, "file")
    except Conflict:
        return
    log.info(
        "import_ended",
        pool=job.pool,
        job=job.id,
        status=status,
        imported=job.imported,
        skipped=job.skipped,
        failed=job.failed,
    )


@dataclass(frozen=True, slots=True)
class _Import:
    """The work on one job, once its header is read."""

    services: Services
    pool: Pool
    reader: UserLines

    async def run(self, job: ImportJob) -> ImportJob:
        """The job behind its last line, or behind as many as a file may have."""
        batch: list[_Line] = []
        async for line in _lines(self.services, job, job.position):
            batch.append(line)
            if len(batch) == _BATCH:
                job = await self._batch(job, batch)
                batch = []
                if job.lines_told > MOST_USERS:
                    return job
        return await self._batch(job, batch) if batch else job

    async def _batch(self, job: ImportJob, lines: Sequence[_Line]) -> ImportJob:
        for _ in range(_TRIES):
            try:
                async with self.services.storage.transaction() as tx:
                    after = await self._written(tx, job, lines)
            except AlreadyExists:
                # Somebody signed up under one of the names meanwhile: read again.
                continue
            return replace(after, version=job.version + 1)
        raise Conflict

    async def _written(self, tx: Transaction, job: ImportJob, lines: Sequence[_Line]) -> ImportJob:
        told: list[str] = []
        counts: Counter[str] = Counter()
        taken: set[str] = set()
        for number, line in enumerate(lines, job.line + 1):
            if number % _BREATH == 0:
                await asyncio.sleep(0)
            if not line.content:
                continue
            outcome, text = await self._told(tx, line.content, taken)
            counts[outcome] += 1
            told.append(f"[{outcome}] Line Number {number} - {' '.join(text.splitlines())}\n")
        after = replace(
            job,
            imported=job.imported + counts["SUCCEEDED"],
            skipped=job.skipped + counts["SKIPPED"],
            failed=job.failed + counts["FAILED"],
            position=lines[-1].end,
            line=job.line + len(lines),
            log_pieces=job.log_pieces + 1,
            due=self.services.clock.now() + _LEASE,
        )
        tx.import_jobs.put_piece(job.pool, job.id, "log", job.log_pieces, "".join(told).encode())
        tx.import_jobs.save(after)
        return after

    async def _told(self, tx: Transaction, line: bytes, taken: set[str]) -> tuple[str, str]:
        """What became of a line; its user's names are taken for the lines behind it."""
        try:
            found = self.reader.newcomer(line, self.services.clock.now())
        except BadLineError as error:
            return "FAILED", str(error)
        if self.pool.username_key(found.user.username) in taken:
            return "SKIPPED", _EXISTS
        if found.names & taken:
            return "FAILED", "Another line of the file has the same alias."
        try:
            await accounts.add(tx, self.pool, found.user)
        except api.errors.UsernameExistsException:
            return "SKIPPED", _EXISTS
        except api.ApiError as error:
            return "FAILED", error.message
        taken |= found.names
        return "SUCCEEDED", "The import succeeded."


async def _lines(
    services: Services, job: ImportJob, position: int, most: int | None = None
) -> AsyncIterator[_Line]:
    """The file's lines from a position on; no more than a piece and a line are in memory."""
    number, waiting = job.first_piece + position // PIECE, b""
    skip, given = position % PIECE, 0
    while (piece := await services.storage.import_jobs.piece(job.pool, job.id, "file", number)) is not None:
        waiting += piece[skip:]
        number, skip = number + 1, 0
        *whole, waiting = waiting.split(b"\n")
        for content in whole:
            position += len(content) + 1
            yield _Line(content.removesuffix(b"\r"), position)
            given += 1
            if given == most:
                return
        if len(waiting) > 4 * LONGEST_LINE:
            position += len(waiting) - 4 * LONGEST_LINE
            waiting = waiting[: 4 * LONGEST_LINE]
    if waiting:
        yield _Line(waiting.removesuffix(b"\r"), position + len(waiting))
