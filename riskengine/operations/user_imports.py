"""Imports of users from CSV files."""

from riskengine import api
from riskengine.base.clock import to_seconds
from riskengine.entities import ImportJob
from riskengine.flows import lookup, user_imports
from riskengine.flows.csv_users import header_of
from riskengine.flows.overtaken import repeated
from riskengine.operations import paging
from riskengine.operations.again import serialised
from riskengine.operations.call import Call
from riskengine.operations.registry import Operations
from riskengine.storage.interface import Reader, Transaction

operation = Operations()

_LONGEST_PAGE = 50  # the model's own limit of the answer


@operation
async def get_csv_header(call: Call, request: api.GetCSVHeaderRequest) -> api.GetCSVHeaderResponse:
    """The columns that a file for this pool has; their order does not matter."""
    pool = await lookup.pool(call.storage, request.user_pool_id)
    return api.GetCSVHeaderResponse(user_pool_id=pool.id, csv_header=header_of(pool))


@operation
@serialised
async def create_user_import_job(
    call: Call, request: api.CreateUserImportJobRequest
) -> api.CreateUserImportJobResponse:
    """A job, and the URL that its file is PUT to."""
    async with call.storage.transaction() as tx:
        pool = await lookup.pool(tx, request.user_pool_id)
        job = await user_imports.create(tx, pool, request, call.now)
    return api.CreateUserImportJobResponse(user_import_job=_shown(call, job))


@operation
async def describe_user_import_job(
    call: Call, request: api.DescribeUserImportJobRequest
) -> api.DescribeUserImportJobResponse:
    """A job, and how far it has come."""
    await lookup.pool(call.storage, request.user_pool_id)
    job = await _found(call.storage, request.user_pool_id, request.job_id)
    return api.DescribeUserImportJobResponse(user_import_job=_shown(call, job))


@operation
async def list_user_import_jobs(
    call: Call, request: api.ListUserImportJobsRequest
) -> api.ListUserImportJobsResponse:
    """A pool's jobs, newest first."""
    pool = await lookup.pool(call.storage, request.user_pool_id)
    limit = min(request.max_results, _LONGEST_PAGE)
    cut = paging.cut(call, request.pagination_token, limit, pool.id)
    created, _, id_ = cut.after.partition(" ")
    before = (int(created), id_) if created else None
    found = await call.storage.import_jobs.list_(pool.id, before=before, limit=cut.fetch)
    page = cut.page(found, lambda job: f"{job.created} {job.id}")
    return api.ListUserImportJobsResponse(
        user_import_jobs=[_shown(call, job) for job in page.items], pagination_token=page.next_token
    )


@operation
async def start_user_import_job(
    call: Call, request: api.StartUserImportJobRequest
) -> api.StartUserImportJobResponse:
    """Begin to import; a process takes the job up within a second."""

    async def start(tx: Transaction) -> ImportJob:
        pool = await lookup.pool(tx, request.user_pool_id)
        job = await _found(tx, pool.id, request.job_id)
        return await user_imports.started(tx, pool, job, call.now)

    job = await repeated(call.storage, start)
    return api.StartUserImportJobResponse(user_import_job=_shown(call, job))


@operation
async def stop_user_import_job(
    call: Call, request: api.StopUserImportJobRequest
) -> api.StopUserImportJobResponse:
    """Stop a running job; who was imported stays."""

    async def stop(tx: Transaction) -> ImportJob:
        pool = await lookup.pool(tx, request.user_pool_id)
        return await user_imports.stopped(tx, await _found(tx, pool.id, request.job_id), call.now)

    job = await repeated(call.storage, stop)
    return api.StopUserImportJobResponse(user_import_job=_shown(call, job))


async def _found(reader: Reader, pool: str, job: str) -> ImportJob:
    found = await reader.import_jobs.find(pool, job)
    if found is None:
        raise api.errors.ResourceNotFoundException(f"User import job {job} does not exist.")
    return found


def _shown(call: Call, job: ImportJob) -> api.UserImportJobType:
    return api.UserImportJobType(
        job_name=job.name,
        job_id=job.id,
        user_pool_id=job.pool,
        pre_signed_url=user_imports.upload_url(call.services, job, call.now),
        creation_date=to_seconds(job.created),
        start_date=to_seconds(job.started) if job.started is not None else None,
        completion_date=to_seconds(job.completed) if job.completed is not None else None,
        status=job.status,
        cloud_watch_logs_role_arn=job.role_arn,
        imported_users=job.imported,
        skipped_users=job.skipped,
        failed_users=job.failed,
        completion_message=job.message,
        password_hashing_algorithm=job.algorithm,
    )
