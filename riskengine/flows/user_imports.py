"""Imports of users up to their start: a job is made, its file comes in, it is started or stopped."""

from collections.abc import AsyncIterator
from typing import cast

import msgspec
from msgspec.structs import replace

from riskengine import api
from riskengine.base.clock import HOUR, MINUTE
from riskengine.base.ids import new_text
from riskengine.credentials.seal import SealError
from riskengine.entities import ImportJob, Pool
from riskengine.entities.user import HashAlgorithm
from riskengine.entities.user_import import PIECE
from riskengine.flows.services import Services
from riskengine.storage.errors import Conflict
from riskengine.storage.interface import Transaction

MOST_BYTES = 100 * 1024 * 1024
_MOST_KEPT = 1000  # jobs of a pool
_UPLOAD_TIME = 15 * MINUTE
_STARTED_WITHIN = 24 * HOUR
_GENERATION = 1_000_000  # more pieces than any file has
_PURPOSE = "import-upload"


class UploadRefusedError(Exception):
    """A file can't be taken now; `status` is HTTP's."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class _Ticket(msgspec.Struct, frozen=True, array_like=True):
    pool: str
    job: str
    expires: int


async def create(tx: Transaction, pool: Pool, request: api.CreateUserImportJobRequest, now: int) -> ImportJob:
    """A new job, which waits for its file; of a pool's ended jobs the oldest makes room.

    Raises:
        LimitExceededException: the pool has a thousand jobs, and the oldest of them are not ended.
    """
    for old in await tx.import_jobs.oldest(pool.id, beyond=_MOST_KEPT - 1):
        if not old.is_ended:
            raise api.errors.LimitExceededException(f"A user pool has at most {_MOST_KEPT} import jobs.")
        tx.import_jobs.delete(old)
    job = ImportJob(
        pool=pool.id,
        id=f"import-{new_text(10)}",
        created=now,
        name=request.job_name,
        role_arn=request.cloud_watch_logs_role_arn,
        algorithm=cast("HashAlgorithm | None", request.password_hashing_algorithm),
        due=now + _STARTED_WITHIN,
    )
    tx.import_jobs.add(job)
    return job


def upload_url(services: Services, job: ImportJob, now: int) -> str | None:
    """Where the job's file is PUT, for a quarter of an hour; None once it was started."""
    if job.status != "Created":
        return None
    data = msgspec.msgpack.encode(_Ticket(job.pool, job.id, now + _UPLOAD_TIME))
    return f"{services.tokens.base}/imports/{services.sealer.seal_text(_PURPOSE, data)}"


async def started(tx: Transaction, pool: Pool, job: ImportJob, now: int) -> ImportJob:
    """The job, waiting to be taken up.

    Raises:
        PreconditionNotMetException: it was started before, has no file, or another one runs.
    """
    if job.status != "Created" or now >= job.due:
        raise _not_met(f"The job is {job.status if job.status != 'Created' else 'Expired'}, not Created.")
    if job.size is None:
        raise _not_met("No file has been uploaded for the job.")
    if await tx.import_jobs.running(pool.id) is not None:
        raise _not_met("Another import job of the user pool is running.")
    tx.pools.save(pool)  # of two starts at once, one is told of the other
    job = replace(job, status="Pending", started=now, due=now)
    tx.import_jobs.save(job)
    return job


async def stopped(tx: Transaction, job: ImportJob, now: int) -> ImportJob:
    """The job, about to stop behind the line that is being read.

    Raises:
        PreconditionNotMetException: it does not run.
    """
    if job.status not in {"Pending", "InProgress"}:
        raise _not_met(f"The job is {job.status}: it does not run.")
    job = replace(job, status="Stopping", due=now)
    tx.import_jobs.save(job)
    return job


async def receive(services: Services, token: str, content: AsyncIterator[bytes]) -> None:
    """Take a job's file, piece by piece; it counts once all of it is there.

    Raises:
        UploadRefusedError: the URL is not good, or not any longer; the file is too long.
    """
    job = await _begun_upload(services, token)
    first, size, waiting = job.version * _GENERATION, 0, bytearray()
    number = first
    async for data in content:
        size += len(data)
        if size > MOST_BYTES:
            raise UploadRefusedError(413, f"A file has at most {MOST_BYTES} bytes.")
        waiting += data
        while len(waiting) >= PIECE:
            await _put(services, job, number, bytes(waiting[:PIECE]))
            del waiting[:PIECE]
            number += 1
    try:
        async with services.storage.transaction() as tx:
            tx.import_jobs.put_piece(job.pool, job.id, "file", number, bytes(waiting))
            tx.import_jobs.save(replace(job, size=size, first_piece=first))
    except Conflict:
        raise UploadRefusedError(409, "Another upload, or the job's start, came in between.") from None


async def _begun_upload(services: Services, token: str) -> ImportJob:
    try:
        ticket = msgspec.msgpack.decode(services.sealer.open_text(_PURPOSE, token), type=_Ticket)
    except (SealError, msgspec.MsgspecError):
        raise UploadRefusedError(403, "The URL is not one of ours.") from None
    if services.clock.now() >= ticket.expires:
        raise UploadRefusedError(403, "The URL has expired: DescribeUserImportJob gives a new one.")
    async with services.storage.transaction() as tx:
        job = await tx.import_jobs.find(ticket.pool, ticket.job)
        if job is None or job.status != "Created":
            raise UploadRefusedError(409, "The job takes no file any longer.")
        # A version of its own for every upload: its pieces do not mix with another's.
        job = replace(job, size=None)
        tx.import_jobs.save(job)
        tx.import_jobs.drop_pieces(job.pool, job.id, "file")
    return replace(job, version=job.version + 1)


async def _put(services: Services, job: ImportJob, number: int, content: bytes) -> None:
    async with services.storage.transaction() as tx:
        tx.import_jobs.put_piece(job.pool, job.id, "file", number, content)


def _not_met(text: str) -> api.errors.PreconditionNotMetException:
    return api.errors.PreconditionNotMetException(text)
