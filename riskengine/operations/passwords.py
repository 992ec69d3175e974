"""Passwords that are forgotten, reset and changed; administrators set them in `admin_users`."""

from riskengine import api
from riskengine.flows import hooks, lookup, recovery
from riskengine.flows.recording import Deed
from riskengine.operations.again import serialised
from riskengine.operations.call import Call
from riskengine.operations.public_context import public_context, tells_of_user
from riskengine.operations.registry import Operations
from riskengine.operations.sign_up import deed_of

operation = Operations()


@operation
async def forgot_password(call: Call, request: api.ForgotPasswordRequest) -> api.ForgotPasswordResponse:
    """Send a code that buys a new password."""
    deed = await deed_of(call, request, "ForgotPassword")
    details = await recovery.forgot_password(hooks.once(call.services), deed)
    return api.ForgotPasswordResponse(code_delivery_details=details)


@operation
async def confirm_forgot_password(
    call: Call, request: api.ConfirmForgotPasswordRequest
) -> api.ConfirmForgotPasswordResponse:
    """Set a new password for the code."""
    deed = await deed_of(call, request, "PasswordChange", password=request.password)
    await recovery.confirm_forgot_password(
        hooks.once(call.services), deed, request.confirmation_code, request.password
    )
    return api.ConfirmForgotPasswordResponse()


@operation
@serialised
async def admin_reset_user_password(
    call: Call, request: api.AdminResetUserPasswordRequest
) -> api.AdminResetUserPasswordResponse:
    """Invalidate a password; the user gets a code for a new one."""
    pool = await lookup.pool(call.storage, request.user_pool_id)
    user = await lookup.user(call.storage, pool, request.username)
    await recovery.admin_reset(call.services, pool, user, request.client_metadata or {}, call.now)
    return api.AdminResetUserPasswordResponse()


@operation
async def change_password(call: Call, request: api.ChangePasswordRequest) -> api.ChangePasswordResponse:
    """Change the caller's password."""
    user = call.signed_in.user
    pool = await lookup.pool(call.storage, user.pool)
    client = await lookup.client(call.storage, user.pool, call.signed_in.client)
    deed = Deed(
        pool=pool,
        client=client,
        username=user.username,
        user=user,
        context=public_context(call, client, None),
        request_id=call.request_id,
        now=call.now,
        type="PasswordChange",
        password=request.proposed_password,
        is_stoppable=tells_of_user(client, None),
    )
    await recovery.change_password(call.services, deed, request.previous_password, request.proposed_password)
    return api.ChangePasswordResponse()
