"""Tokens after the sign-in: refreshing, revoking, signing out."""

from riskengine import api
from riskengine.flows import lookup, sessions
from riskengine.flows.client_secrets import require_secret
from riskengine.flows.refresh import refresh, revoke
from riskengine.operations.again import serialised
from riskengine.operations.call import Call
from riskengine.operations.public_context import public_context
from riskengine.operations.registry import Operations
from riskengine.tokens.refresh import InvalidRefreshTokenError, hash_of

operation = Operations()


@operation
async def get_tokens_from_refresh_token(
    call: Call, request: api.GetTokensFromRefreshTokenRequest
) -> api.GetTokensFromRefreshTokenResponse:
    """New tokens; with rotation a new refresh token too."""
    client = await lookup.client_by_id(call.storage, request.client_id)
    require_secret(call.services, client, request.client_secret, api.errors.NotAuthorizedException)
    pool = await lookup.pool(call.storage, client.pool)
    tokens = await refresh(
        call.services,
        pool,
        client,
        request.refresh_token,
        call.now,
        metadata=request.client_metadata,
        device_key=request.device_key,
        context=public_context(call, client, None),
    )
    return api.GetTokensFromRefreshTokenResponse(authentication_result=tokens)


@operation
@serialised
async def revoke_token(call: Call, request: api.RevokeTokenRequest) -> api.RevokeTokenResponse:
    """End the session that a refresh token belongs to; doing it again is no error."""
    client = await call.storage.clients.find_by_id(request.client_id)
    if client is None:
        raise api.errors.UnauthorizedException("The client is not known")
    require_secret(call.services, client, request.client_secret, api.errors.UnauthorizedException)
    if client.description.enable_token_revocation is False:
        raise api.errors.UnsupportedOperationException("Token revocation is not enabled for this client")
    try:
        hash_of(request.token)
    except InvalidRefreshTokenError:
        if request.token.reveal().count(".") == 2:
            raise api.errors.UnsupportedTokenTypeException("Only refresh tokens can be revoked") from None
    pool = await lookup.pool(call.storage, client.pool)
    await revoke(call.services, pool, client, request.token)
    return api.RevokeTokenResponse()


@operation
@serialised
async def global_sign_out(
    call: Call,
    request: api.GlobalSignOutRequest,  # noqa: ARG001 - names the operation
) -> api.GlobalSignOutResponse:
    """End every session of the caller."""
    async with call.storage.transaction() as tx:
        user = await tx.users.get(call.signed_in.user.pool, call.signed_in.user.sub)
        sessions.end_all(tx, user, call.now)
    return api.GlobalSignOutResponse()


@operation
@serialised
async def admin_user_global_sign_out(
    call: Call, request: api.AdminUserGlobalSignOutRequest
) -> api.AdminUserGlobalSignOutResponse:
    """End every session of a user."""
    pool = await lookup.pool(call.storage, request.user_pool_id)
    user = await lookup.user(call.storage, pool, request.username)
    async with call.storage.transaction() as tx:
        sessions.end_all(tx, await tx.users.get(pool.id, user.sub), call.now)
    return api.AdminUserGlobalSignOutResponse()
