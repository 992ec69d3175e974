"""App clients of a user pool."""

from msgspec.structs import replace

from riskengine import api
from riskengine.base.ids import new_client_id, new_client_secret
from riskengine.base.secret import Secret
from riskengine.entities import Client
from riskengine.flows import client_secrets, lookup
from riskengine.operations import convert, paging
from riskengine.operations.again import serialised
from riskengine.operations.call import Call
from riskengine.operations.client_settings import described, require_consistent, require_known
from riskengine.operations.registry import Operations

operation = Operations()

_MOST = 1000  # in a pool
_AT_ONCE = 100  # as many may be made at the same time


@operation
@serialised
async def create_user_pool_client(
    call: Call, request: api.CreateUserPoolClientRequest
) -> api.CreateUserPoolClientResponse:
    """Create a client, with a secret if one is asked for or given."""
    client_id, secret = new_client_id(), _secret(request)
    start = api.UserPoolClientType(user_pool_id=request.user_pool_id, client_id=client_id)
    async with call.storage.transaction() as tx:
        pool = await lookup.pool(tx, request.user_pool_id)
        count = await tx.clients.count(pool.id)
        if count >= _MOST:
            raise api.errors.LimitExceededException(f"A user pool has at most {_MOST} app clients.")
        client = Client(
            pool=pool.id,
            id=client_id,
            created=call.now,
            modified=call.now,
            description=described(request, start),
            secrets=()
            if secret is None
            else (client_secrets.sealed(call.services, client_id, secret, call.now),),
        )
        require_consistent(client, pool)
        await require_known(tx, client)
        if count >= _MOST - _AT_ONCE:
            tx.pools.save(pool)  # one after the other, so that none is missed by the count
        tx.clients.add(client)
    return api.CreateUserPoolClientResponse(user_pool_client=_shown(call, client))


@operation
async def describe_user_pool_client(
    call: Call, request: api.DescribeUserPoolClientRequest
) -> api.DescribeUserPoolClientResponse:
    """A client with its settings and its secret."""
    await lookup.pool(call.storage, request.user_pool_id)
    client = await lookup.client(call.storage, request.user_pool_id, request.client_id)
    return api.DescribeUserPoolClientResponse(user_pool_client=_shown(call, client))


@operation
async def update_user_pool_client(
    call: Call, request: api.UpdateUserPoolClientRequest
) -> api.UpdateUserPoolClientResponse:
    """Replace a client's settings; those left out go back to their defaults, the secret stays."""
    async with call.storage.transaction() as tx:
        pool = await lookup.pool(tx, request.user_pool_id)
        client = await lookup.client(tx, pool.id, request.client_id)
        client = replace(client, description=described(request, client.description), modified=call.now)
        require_consistent(client, pool)
        await require_known(tx, client)
        tx.clients.save(client)
    return api.UpdateUserPoolClientResponse(user_pool_client=_shown(call, client))


@operation
async def delete_user_pool_client(
    call: Call, request: api.DeleteUserPoolClientRequest
) -> api.DeleteUserPoolClientResponse:
    """Delete a client and its own risk configuration."""
    async with call.storage.transaction() as tx:
        pool = await lookup.pool(tx, request.user_pool_id)
        client = await lookup.client(tx, pool.id, request.client_id)
        tx.risk_configurations.delete(pool.id, client.id)
        tx.clients.delete(client)
    return api.DeleteUserPoolClientResponse()


@operation
@serialised
async def add_user_pool_client_secret(
    call: Call, request: api.AddUserPoolClientSecretRequest
) -> api.AddUserPoolClientSecretResponse:
    """A second secret, so that the first can be replaced without a pause; told only if made here."""
    made = Secret(new_client_secret()) if request.client_secret is None else None
    async with call.storage.transaction() as tx:
        await lookup.pool(tx, request.user_pool_id)
        client = await lookup.client(tx, request.user_pool_id, request.client_id)
        secret = request.client_secret or made or Secret("")
        client = client_secrets.added(call.services, client, secret, call.now)
        tx.clients.save(replace(client, modified=call.now))
    descriptor = replace(convert.client_secret(client.secrets[-1]), client_secret_value=made)
    return api.AddUserPoolClientSecretResponse(client_secret_descriptor=descriptor)


@operation
async def list_user_pool_client_secrets(
    call: Call, request: api.ListUserPoolClientSecretsRequest
) -> api.ListUserPoolClientSecretsResponse:
    """The secrets' ids and dates, never their values; one page holds them all."""
    await lookup.pool(call.storage, request.user_pool_id)
    client = await lookup.client(call.storage, request.user_pool_id, request.client_id)
    paging.require_none(request.next_token)
    listed = [convert.client_secret(each) for each in client.secrets]
    return api.ListUserPoolClientSecretsResponse(client_secrets=listed)


@operation
@serialised
async def delete_user_pool_client_secret(
    call: Call, request: api.DeleteUserPoolClientSecretRequest
) -> api.DeleteUserPoolClientSecretResponse:
    """Delete one of two secrets; what it proved is refused from now on."""
    async with call.storage.transaction() as tx:
        await lookup.pool(tx, request.user_pool_id)
        client = await lookup.client(tx, request.user_pool_id, request.client_id)
        client = client_secrets.removed(client, request.client_secret_id)
        tx.clients.save(replace(client, modified=call.now))
    return api.DeleteUserPoolClientSecretResponse()


@operation
async def list_user_pool_clients(
    call: Call, request: api.ListUserPoolClientsRequest
) -> api.ListUserPoolClientsResponse:
    """A pool's clients, in the order of their ids."""
    pool = await lookup.pool(call.storage, request.user_pool_id)
    if request.client_type == "DCR":
        return api.ListUserPoolClientsResponse(user_pool_clients=[])
    cut = paging.cut(call, request.next_token, request.max_results, pool.id, request.client_type or "")
    found = await call.storage.clients.list_(pool.id, after=cut.after, limit=cut.fetch)
    page = cut.page(found, lambda client: client.id)
    return api.ListUserPoolClientsResponse(
        user_pool_clients=[convert.client_summary(client) for client in page.items],
        next_token=page.next_token,
    )


def _shown(call: Call, client: Client) -> api.UserPoolClientType:
    return convert.client(client, next(iter(client_secrets.opened(call.services, client)), None))


def _secret(request: api.CreateUserPoolClientRequest) -> Secret | None:
    if request.client_secret is not None:
        if request.generate_secret:
            raise api.errors.InvalidParameterException("GenerateSecret and ClientSecret exclude each other.")
        return request.client_secret
    return Secret(new_client_secret()) if request.generate_secret else None
