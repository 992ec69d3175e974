"""Sessions of users: listed, ended, and how many a pool lets them have."""

from msgspec.structs import replace

from riskengine import api
from riskengine.entities import Pool
from riskengine.flows import lookup, sessions
from riskengine.flows.overtaken import repeated
from riskengine.operations import paging
from riskengine.operations.call import Call
from riskengine.operations.registry import Operations
from riskengine.storage.interface import Transaction

operation = Operations()


@operation
async def list_user_sessions(
    call: Call, request: api.ListUserSessionsRequest
) -> api.ListUserSessionsResponse:
    """The caller's living sessions, over all clients of the pool."""
    user = call.signed_in.user
    sessions.require_tracking(await lookup.pool(call.storage, user.pool))
    paging.require_none(request.next_token)
    living = await sessions.active(call.storage, user, call.now)
    listed = sessions.described(living, call.signed_in.session.id)
    return api.ListUserSessionsResponse(sessions=listed)


@operation
async def admin_list_user_sessions(
    call: Call, request: api.AdminListUserSessionsRequest
) -> api.AdminListUserSessionsResponse:
    """A user's living sessions; one page holds them all."""
    pool = await lookup.pool(call.storage, request.user_pool_id)
    sessions.require_tracking(pool)
    user = await lookup.user(call.storage, pool, request.username)
    paging.require_none(request.next_token)
    living = await sessions.active(call.storage, user, call.now)
    return api.AdminListUserSessionsResponse(sessions=sessions.described(living, None))


@operation
async def revoke_user_session(
    call: Call, request: api.RevokeUserSessionRequest
) -> api.RevokeUserSessionResponse:
    """End another session of the caller; no session here is linked to a second one."""
    caller = call.signed_in
    sessions.require_tracking(await lookup.pool(call.storage, caller.user.pool))
    if sessions.session_id(caller.session) == request.session_id:
        raise api.errors.InvalidParameterException("The current session can not be revoked.")

    async def end(tx: Transaction) -> None:
        await sessions.end(tx, caller.user, request.session_id, call.now)

    await repeated(call.storage, end)
    return api.RevokeUserSessionResponse()


@operation
async def admin_revoke_user_session(
    call: Call, request: api.AdminRevokeUserSessionRequest
) -> api.AdminRevokeUserSessionResponse:
    """End a session of a user."""

    async def end(tx: Transaction) -> None:
        pool = await lookup.pool(tx, request.user_pool_id)
        sessions.require_tracking(pool)
        user = await lookup.user(tx, pool, request.username)
        await sessions.end(tx, user, request.session_id, call.now)

    await repeated(call.storage, end)
    return api.AdminRevokeUserSessionResponse()


@operation
async def get_user_pool_session_configuration(
    call: Call, request: api.GetUserPoolSessionConfigurationRequest
) -> api.GetUserPoolSessionConfigurationResponse:
    """Whether a pool tracks sessions, and how many a user may have."""
    pool = await lookup.pool(call.storage, request.user_pool_id)
    return api.GetUserPoolSessionConfigurationResponse(
        user_pool_id=pool.id,
        user_session_tracking="ENABLED" if pool.tracks_sessions else "DISABLED",
        token_session=api.UserPoolTokenSessionConfigType(max_per_user=pool.most_sessions),
    )


@operation
async def set_user_pool_session_configuration(
    call: Call, request: api.SetUserPoolSessionConfigurationRequest
) -> api.SetUserPoolSessionConfigurationResponse:
    """Track sessions, or stop to; sessions over a lower limit end at their users' next sign-in."""
    async with call.storage.transaction() as tx:
        pool = await lookup.pool(tx, request.user_pool_id)
        _require_tier(pool)
        pool = replace(
            pool,
            tracks_sessions=request.user_session_tracking == "ENABLED",
            most_sessions=request.token_session.max_per_user,
            modified=call.now,
        )
        tx.pools.save(pool)
    return api.SetUserPoolSessionConfigurationResponse(
        user_pool_id=pool.id,
        user_session_tracking=request.user_session_tracking,
        token_session=request.token_session,
    )


@operation
async def get_user_pool_client_session_configuration(
    call: Call, request: api.GetUserPoolClientSessionConfigurationRequest
) -> api.GetUserPoolClientSessionConfigurationResponse:
    """How long a client goes on with an SSO session of the hosted pages."""
    await lookup.pool(call.storage, request.user_pool_id)
    client = await lookup.client(call.storage, request.user_pool_id, request.client_id)
    return api.GetUserPoolClientSessionConfigurationResponse(
        user_pool_id=client.pool,
        client_id=client.id,
        sso_session=api.ClientSSOSessionConfigType(max_validity_minutes=client.sso_minutes),
    )


@operation
async def set_user_pool_client_session_configuration(
    call: Call, request: api.SetUserPoolClientSessionConfigurationRequest
) -> api.SetUserPoolClientSessionConfigurationResponse:
    """Set how long a client goes on with an SSO session; the pool must track sessions."""
    async with call.storage.transaction() as tx:
        pool = await lookup.pool(tx, request.user_pool_id)
        _require_tier(pool)
        sessions.require_tracking(pool)
        client = await lookup.client(tx, pool.id, request.client_id)
        minutes = request.sso_session.max_validity_minutes
        tx.clients.save(replace(client, sso_minutes=minutes, modified=call.now))
    return api.SetUserPoolClientSessionConfigurationResponse(
        user_pool_id=pool.id, client_id=client.id, sso_session=request.sso_session
    )


def _require_tier(pool: Pool) -> None:
    if pool.description.user_pool_tier == "LITE":
        raise api.errors.FeatureUnavailableInTierException("Session tracking is not part of tier LITE.")
