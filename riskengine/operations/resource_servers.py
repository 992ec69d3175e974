"""Resource servers of a user pool, and the scopes that clients may ask for at them."""

from collections.abc import Sequence

from msgspec.structs import replace

from riskengine import api
from riskengine.entities import ResourceServer, ResourceServerScope
from riskengine.flows import lookup
from riskengine.flows.overtaken import repeated
from riskengine.operations import paging
from riskengine.operations.again import serialised
from riskengine.operations.call import Call
from riskengine.operations.registry import Operations
from riskengine.storage.errors import AlreadyExists
from riskengine.storage.interface import Reader, Transaction

operation = Operations()

_MOST = 25  # in a pool
_LONGEST_PAGE = 50


@operation
async def create_resource_server(
    call: Call, request: api.CreateResourceServerRequest
) -> api.CreateResourceServerResponse:
    """Create a resource server; its identifier is unique in the pool."""
    server = ResourceServer(
        pool=request.user_pool_id,
        identifier=request.identifier,
        created=call.now,
        modified=call.now,
        name=request.name,
        scopes=_scopes(request.scopes),
        version=call.now,  # an identifier that was used before is another row all the same
    )

    async def add(tx: Transaction) -> None:
        pool = await lookup.pool(tx, server.pool)
        if await tx.resource_servers.count(pool.id) >= _MOST:
            raise api.errors.LimitExceededException(f"A user pool has at most {_MOST} resource servers.")
        tx.pools.save(pool)  # one after the other, so that none is missed by the count
        tx.resource_servers.add(server)

    try:
        await repeated(call.storage, add)
    except AlreadyExists:
        raise api.errors.InvalidParameterException(
            f"{server.identifier} already exists in user pool {server.pool}."
        ) from None
    return api.CreateResourceServerResponse(resource_server=_shown(server))


@operation
async def describe_resource_server(
    call: Call, request: api.DescribeResourceServerRequest
) -> api.DescribeResourceServerResponse:
    """One resource server."""
    server = await _found(call.storage, request.user_pool_id, request.identifier)
    return api.DescribeResourceServerResponse(resource_server=_shown(server))


@operation
async def update_resource_server(
    call: Call, request: api.UpdateResourceServerRequest
) -> api.UpdateResourceServerResponse:
    """Replace name and scopes; scopes that are left out are gone, clients may still name them."""
    scopes = _scopes(request.scopes)

    async def change(tx: Transaction) -> ResourceServer:
        server = await _found(tx, request.user_pool_id, request.identifier)
        changed = replace(server, name=request.name, scopes=scopes, modified=call.now)
        tx.resource_servers.save(changed)
        return changed

    server = await repeated(call.storage, change)
    return api.UpdateResourceServerResponse(resource_server=_shown(server))


@operation
@serialised
async def delete_resource_server(
    call: Call, request: api.DeleteResourceServerRequest
) -> api.DeleteResourceServerResponse:
    """Delete a resource server; clients may still name its scopes."""
    async with call.storage.transaction() as tx:
        tx.resource_servers.delete(await _found(tx, request.user_pool_id, request.identifier))
    return api.DeleteResourceServerResponse()


@operation
async def list_resource_servers(
    call: Call, request: api.ListResourceServersRequest
) -> api.ListResourceServersResponse:
    """A pool's resource servers, by identifier."""
    pool = await lookup.pool(call.storage, request.user_pool_id)
    cut = paging.cut(call, request.next_token, request.max_results or _LONGEST_PAGE, pool.id)
    found = await call.storage.resource_servers.list_(pool.id, after=cut.after, limit=cut.fetch)
    page = cut.page(found, lambda server: server.identifier)
    return api.ListResourceServersResponse(
        resource_servers=[_shown(server) for server in page.items], next_token=page.next_token
    )


async def _found(reader: Reader, pool_id: str, identifier: str) -> ResourceServer:
    pool = await lookup.pool(reader, pool_id)
    server = await reader.resource_servers.find(pool.id, identifier)
    if server is None:
        raise api.errors.ResourceNotFoundException(f"Resource server {identifier} does not exist.")
    return server


def _scopes(asked: Sequence[api.ResourceServerScopeType] | None) -> tuple[ResourceServerScope, ...]:
    scopes = tuple(ResourceServerScope(each.scope_name, each.scope_description) for each in asked or ())
    if len({scope.name for scope in scopes}) < len(scopes):
        raise api.errors.InvalidParameterException("Two scopes of a resource server have the same name.")
    return scopes


def _shown(server: ResourceServer) -> api.ResourceServerType:
    return api.ResourceServerType(
        user_pool_id=server.pool,
        identifier=server.identifier,
        name=server.name,
        scopes=[
            api.ResourceServerScopeType(scope_name=scope.name, scope_description=scope.description)
            for scope in server.scopes
        ],
    )
