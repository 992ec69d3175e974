"""How users come into a pool by themselves."""

import dataclasses
from collections.abc import Mapping

from riskengine import api
from riskengine.base.secret import Secret
from riskengine.entities.event import EventResponse, EventType
from riskengine.flows import accounts, attributes, hooks, lookup
from riskengine.flows.client_secrets import require_secret_hash
from riskengine.flows.recording import Deed
from riskengine.flows.sign_in.confirmed import seal_confirmation
from riskengine.flows.sign_up import allows_no_password, resend_code
from riskengine.flows.sign_up import confirm_sign_up as confirm
from riskengine.flows.sign_up import sign_up as register
from riskengine.operations.again import serialised
from riskengine.operations.call import Call
from riskengine.operations.public_context import public_context, tells_of_user
from riskengine.operations.registry import Operations

operation = Operations()

FromClient = (
    api.SignUpRequest
    | api.ConfirmSignUpRequest
    | api.ResendConfirmationCodeRequest
    | api.ForgotPasswordRequest
    | api.ConfirmForgotPasswordRequest
)


@operation
async def sign_up(call: Call, request: api.SignUpRequest) -> api.SignUpResponse:
    """Register a user, who gets a code where the pool verifies an address."""
    deed = await deed_of(
        call, request, "SignUp", response="InProgress", password=request.password, is_new=True
    )
    admins = deed.pool.description.admin_create_user_config
    if admins is not None and admins.allow_admin_create_user_only:
        raise api.errors.NotAuthorizedException("SignUp is not permitted for this user pool")
    if request.password is None and not allows_no_password(deed.pool):
        raise api.errors.InvalidParameterException(
            "1 validation error detected: Value at 'password' failed to satisfy constraint: "
            "Member must not be null"
        )
    given = attributes.given(request.user_attributes)
    validation = attributes.given(request.validation_data)
    registered = await register(hooks.once(call.services), deed, given, validation)
    user = registered.user
    return api.SignUpResponse(
        user_confirmed=user.status == "CONFIRMED",
        user_sub=user.sub,
        code_delivery_details=registered.delivery,
    )


@operation
async def confirm_sign_up(call: Call, request: api.ConfirmSignUpRequest) -> api.ConfirmSignUpResponse:
    """Confirm a registration by its code; the Session begins a sign-in (USER_AUTH) without another proof."""
    # Its risk is written down and stops nobody: the sign-up was let through, and the code proves an address.
    deed = dataclasses.replace(await deed_of(call, request, "SignUp"), is_stoppable=False)
    user = await confirm(
        hooks.once(call.services),
        deed,
        request.confirmation_code,
        takes_over=bool(request.force_alias_creation),
    )
    session = seal_confirmation(call.services, deed.pool, deed.client, user, call.now)
    return api.ConfirmSignUpResponse(session=session)


@operation
async def resend_confirmation_code(
    call: Call, request: api.ResendConfirmationCodeRequest
) -> api.ResendConfirmationCodeResponse:
    """Send another code to somebody who has not confirmed yet."""
    deed = await deed_of(call, request, "ResendCode")
    details = await resend_code(hooks.once(call.services), deed)
    return api.ResendConfirmationCodeResponse(code_delivery_details=details)


@operation
@serialised
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
    metadata = request.client_metadata or {}
    await hooks.post_confirmation(call.services, pool, "", after, source="ConfirmSignUp", metadata=metadata)
    return api.AdminConfirmSignUpResponse()


async def deed_of(  # noqa: PLR0913 - one fact each
    call: Call,
    request: FromClient,
    type_: EventType,
    *,
    response: EventResponse = "Pass",
    password: Secret | None = None,
    is_new: bool = False,
) -> Deed:
    """What a client asks for in somebody's name, its secret hash checked.

    Raises:
        ResourceNotFoundException, NotAuthorizedException: of the client, or its secret hash.
    """
    client = await lookup.client_by_id(call.storage, request.client_id)
    require_secret_hash(call.services, client, request.username, request.secret_hash)
    pool = await lookup.pool(call.storage, client.pool)
    user = None if is_new else await call.storage.users.find(pool.id, pool.username_key(request.username))
    metadata: Mapping[str, str] = request.client_metadata or {}
    return Deed(
        pool=pool,
        client=client,
        username=request.username,
        user=user,
        context=public_context(call, client, request.user_context_data),
        request_id=call.request_id,
        now=call.now,
        type=type_,
        response=response,
        password=password,
        metadata=metadata,
        is_stoppable=tells_of_user(client, request.user_context_data),
    )
