"""User pools."""

import structlog
from msgspec.structs import replace

from riskengine import api
from riskengine.base.ids import new_pool_id
from riskengine.entities import Pool
from riskengine.flows import lookup
from riskengine.flows.overtaken import repeated
from riskengine.operations import convert, paging, pool_schema
from riskengine.operations.again import serialised
from riskengine.operations.call import Call
from riskengine.operations.pool_settings import described, require_tier_of_the_rest
from riskengine.operations.registry import Operations
from riskengine.storage.interface import Reader, Transaction

operation = Operations()
_log = structlog.get_logger()


@operation
async def create_user_pool(call: Call, request: api.CreateUserPoolRequest) -> api.CreateUserPoolResponse:
    """Create a pool; ids are random, names need not be unique."""
    if request.alias_attributes and request.username_attributes:
        raise api.errors.InvalidParameterException(
            "Only one of the aliasAttributes or usernameAttributes can be set in a user pool."
        )
    pool_id = new_pool_id(call.settings.region)
    description = replace(
        described(request),
        id=pool_id,
        name=request.pool_name,
        arn=convert.pool_arn(call.settings.region, call.settings.account, pool_id),
        schema_attributes=pool_schema.complete(request.schema),
        alias_attributes=request.alias_attributes,
        username_attributes=request.username_attributes,
        username_configuration=request.username_configuration,
    )
    pool = Pool(id=pool_id, created=call.now, modified=call.now, description=description)
    _require_some_factor(pool)
    async with call.storage.transaction() as tx:
        tx.pools.add(pool)
    _warn_of_triggers(call, pool)
    return api.CreateUserPoolResponse(user_pool=convert.pool(pool, users=0))


@operation
async def describe_user_pool(
    call: Call, request: api.DescribeUserPoolRequest
) -> api.DescribeUserPoolResponse:
    """A pool with all its settings, and about how many users it has."""
    pool = await lookup.pool(call.storage, request.user_pool_id)
    users = await call.storage.users.count(pool.id)
    return api.DescribeUserPoolResponse(user_pool=convert.pool(pool, users=users))


@operation
async def update_user_pool(call: Call, request: api.UpdateUserPoolRequest) -> api.UpdateUserPoolResponse:
    """Replace a pool's settings; those left out go back to their defaults."""
    async with call.storage.transaction() as tx:
        pool = await lookup.pool(tx, request.user_pool_id)
        await _require_no_import(tx, pool)
        description = described(request, before=pool.description)
        description = replace(description, name=request.pool_name or pool.description.name)
        changed = replace(pool, description=description, modified=call.now)
        _require_some_factor(changed)
        require_tier_of_the_rest(changed)
        tx.pools.save(changed)
    _warn_of_triggers(call, changed)
    return api.UpdateUserPoolResponse()


@operation
async def delete_user_pool(call: Call, request: api.DeleteUserPoolRequest) -> api.DeleteUserPoolResponse:
    """Delete a pool with everything in it, unless it is protected or has a domain."""

    async def delete(tx: Transaction) -> Pool:
        pool = await lookup.pool(tx, request.user_pool_id)
        _require_deletable(pool)
        # As it was read: a domain that it gets meanwhile keeps it.
        tx.pools.save(pool)
        tx.pools.delete(pool)
        return pool

    pool = await repeated(call.storage, delete)
    call.services.tokens.forget(pool.id)
    call.services.risk.forget(pool.id)
    return api.DeleteUserPoolResponse()


@operation
async def list_user_pools(call: Call, request: api.ListUserPoolsRequest) -> api.ListUserPoolsResponse:
    """All pools, in the order of their ids."""
    cut = paging.cut(call, request.next_token, request.max_results)
    found = await call.storage.pools.list_(after=cut.after, limit=cut.fetch)
    page = cut.page(found, lambda pool: pool.id)
    return api.ListUserPoolsResponse(
        user_pools=[convert.pool_summary(pool) for pool in page.items], next_token=page.next_token
    )


@operation
@serialised
async def add_custom_attributes(
    call: Call, request: api.AddCustomAttributesRequest
) -> api.AddCustomAttributesResponse:
    """Add attributes to the schema; they can't be taken away again."""
    async with call.storage.transaction() as tx:
        pool = await lookup.pool(tx, request.user_pool_id)
        await _require_no_import(tx, pool)
        schema = pool_schema.extended(pool.description.schema_attributes or (), request.custom_attributes)
        description = replace(pool.description, schema_attributes=schema)
        tx.pools.save(replace(pool, description=description, modified=call.now))
    return api.AddCustomAttributesResponse()


async def _require_no_import(tx: Reader, pool: Pool) -> None:
    # Its lines are held against the settings that it began with.
    if await tx.import_jobs.running(pool.id) is not None:
        raise api.errors.UserImportInProgressException("A user import job of the user pool is running.")


def _require_deletable(pool: Pool) -> None:
    if pool.description.deletion_protection == "ACTIVE":
        raise api.errors.InvalidParameterException(
            "The user pool cannot be deleted because deletion protection is activated. Deactivate it first."
        )
    if pool.description.domain is not None or pool.description.custom_domain is not None:
        raise api.errors.InvalidParameterException(
            "User pool cannot be deleted. It has a domain configured that should be deleted first."
        )


def _require_some_factor(pool: Pool) -> None:
    has_factor = (
        pool.is_software_token_enabled
        or pool.email_mfa_configuration is not None
        or pool.sms_mfa_configuration is not None
        or pool.description.sms_configuration is not None
    )
    if pool.mfa == "ON" and not has_factor:
        raise api.errors.InvalidParameterException(
            "Invalid MFA configuration given, can't disable all MFAs and require an MFA together."
        )


def _warn_of_triggers(call: Call, pool: Pool) -> None:
    """A function without an endpoint refuses what would have called it: better known now."""
    unreachable = call.services.triggers.unreachable(pool)
    if unreachable:
        _log.warning("triggers_without_endpoint", pool=pool.id, triggers=unreachable)
