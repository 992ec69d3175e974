"""How users come into a pool by themselves."""

import structlog

from riskengine import api
from riskengine.flows import accounts, attributes, lookup
from riskengine.flows.client_secrets import require_secret_hash
from riskengine.flows.sign_up import Registration
from riskengine.flows.sign_up import sign_up as register
from riskengine.operations.call import Call
from riskengine.operations.registry import Operations
from riskengine.operations.sign_in import public_context

operation = Operations()
_log = structlog.get_logger()


@operation
async def sign_up(call: Call, request: api.SignUpRequest) -> api.SignUpResponse:
    """Register a user; an administrator confirms, as no code is sent yet."""
    client = await lookup.client_by_id(call.storage, request.client_id)
    require_secret_hash(call.services, client, request.username, request.secret_hash)
    pool = await lookup.pool(call.storage, client.pool)
    admins = pool.description.admin_create_user_config
    if admins is not None and admins.allow_admin_create_user_only:
        raise api.errors.NotAuthorizedException("SignUp is not permitted for this user pool")
    if request.password is None:
        raise api.errors.InvalidParameterException(
            "1 validation error detected: Value at 'password' failed to satisfy constraint: "
            "Member must not be null"
        )
    registration = Registration(
        pool=pool,
        client=client,
        username=request.username,
        password=request.password,
        attributes=attributes.given(request.user_attributes),
        context=public_context(call, client, request.user_context_data),
        request_id=call.request_id,
        now=call.now,
    )
    user = await register(call.services, registration)
    if pool.description.auto_verified_attributes:
        _log.warning("code_not_sent", pool=pool.id, sub=user.sub, reason="messages are not built yet")
    return api.SignUpResponse(user_confirmed=False, user_sub=user.sub)


@operation
async def admin_confirm_sign_up(
    call: Call, request: api.AdminConfirmSignUpRequest
) -> api.AdminConfirmSignUpResponse:
    """Confirm a registration without a code; addresses stay as verified as they were."""
    pool = await lookup.pool(call.storage, request.user_pool_id)
    user = await lookup.user(call.storage, pool, request.username)
    after = accounts.confirmed(user, call.now)
    with accounts.names_contested(pool, after, is_new=False):
        async with call.storage.transaction() as tx:
            await accounts.save(tx, pool, user, after)
    return api.AdminConfirmSignUpResponse()
