"""Tags of user pools."""

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from riskengine import api
from riskengine.entities import Pool
from riskengine.flows import lookup
from riskengine.operations import convert
from riskengine.operations.again import serialised
from riskengine.operations.call import Call
from riskengine.operations.pool_settings import require_tags
from riskengine.operations.registry import Operations
from riskengine.storage.interface import Reader

operation = Operations()


@operation
@serialised
async def tag_resource(call: Call, request: api.TagResourceRequest) -> api.TagResourceResponse:
    """Set tags; others stay."""
    require_tags(request.tags)
    await _change(call, request.resource_arn, lambda tags: {**tags, **request.tags})
    return api.TagResourceResponse()


@operation
@serialised
async def untag_resource(call: Call, request: api.UntagResourceRequest) -> api.UntagResourceResponse:
    """Remove tags; one that is not there is no error."""
    gone = frozenset(request.tag_keys)
    await _change(
        call,
        request.resource_arn,
        lambda tags: {key: value for key, value in tags.items() if key not in gone},
    )
    return api.UntagResourceResponse()


@operation
async def list_tags_for_resource(
    call: Call, request: api.ListTagsForResourceRequest
) -> api.ListTagsForResourceResponse:
    """All tags of a pool."""
    pool = await _pool(call, call.storage, request.resource_arn)
    return api.ListTagsForResourceResponse(tags=pool.description.user_pool_tags or {})


async def _change(call: Call, arn: str, change: Callable[[Mapping[str, str]], dict[str, str]]) -> None:
    async with call.storage.transaction() as tx:
        pool = await _pool(call, tx, arn)
        tags = change(pool.description.user_pool_tags or {})
        require_tags(tags)
        tx.pools.save(replace(pool, description=replace(pool.description, user_pool_tags=tags)))


async def _pool(call: Call, reader: Reader, arn: str) -> Pool:
    """The pool that a resource name means; names of other services, regions or accounts mean nothing here."""
    _, slash, pool_id = arn.rpartition("userpool/")
    if not slash or arn != convert.pool_arn(call.settings.region, call.settings.account, pool_id):
        raise api.errors.InvalidParameterException(
            "ResourceArn is not the name of a user pool of this service."
        )
    return await lookup.pool(reader, pool_id)
