"""What signed-in users do with their own account."""

from collections.abc import Mapping

from riskengine import api
from riskengine.entities import Pool
from riskengine.flows import accounts, attributes, linked, lookup, mfa, verification
from riskengine.operations import convert
from riskengine.operations.again import serialised
from riskengine.operations.call import Call
from riskengine.operations.registry import Operations

operation = Operations()


@operation
async def get_user(call: Call, request: api.GetUserRequest) -> api.GetUserResponse:  # noqa: ARG001 - its token was read by the gateway
    """The caller, with the attributes that the client may read."""
    user = call.signed_in.user
    client = await lookup.client(call.storage, user.pool, call.signed_in.client)
    shown = {**attributes.readable(client, user.attributes), **linked.attribute(user)}
    return api.GetUserResponse(
        username=user.username,
        user_attributes=convert.attributes(user.sub, shown),
        preferred_mfa_setting=user.mfa_preferred,
        mfa_options=convert.mfa_options(user),
        user_mfa_setting_list=list(user.mfa_enabled) or None,
    )


@operation
@serialised
async def update_user_attributes(
    call: Call, request: api.UpdateUserAttributesRequest
) -> api.UpdateUserAttributesResponse:
    """Change the caller's attributes, as far as the client may write them; new addresses get codes."""
    user = call.signed_in.user
    given = attributes.given(request.user_attributes)
    pool = await lookup.pool(call.storage, user.pool)
    client = await lookup.client(call.storage, user.pool, call.signed_in.client)
    attributes.require_writable(client, given)
    concern = _own_concern(call, pool, request.client_metadata)
    details = await verification.change_attributes(call.services, concern, given)
    return api.UpdateUserAttributesResponse(code_delivery_details_list=details)


@operation
async def get_user_attribute_verification_code(
    call: Call, request: api.GetUserAttributeVerificationCodeRequest
) -> api.GetUserAttributeVerificationCodeResponse:
    """Send the caller a code to verify an address with."""
    pool = await lookup.pool(call.storage, call.signed_in.user.pool)
    concern = _own_concern(call, pool, request.client_metadata)
    details = await verification.send_code(call.services, concern, request.attribute_name)
    return api.GetUserAttributeVerificationCodeResponse(code_delivery_details=details)


@operation
async def verify_user_attribute(
    call: Call, request: api.VerifyUserAttributeRequest
) -> api.VerifyUserAttributeResponse:
    """Verify an address of the caller's by the code that went there."""
    pool = await lookup.pool(call.storage, call.signed_in.user.pool)
    concern = _own_concern(call, pool, None)
    await verification.verify(call.services, concern, request.attribute_name, request.code)
    return api.VerifyUserAttributeResponse()


@operation
@serialised
async def delete_user_attributes(
    call: Call, request: api.DeleteUserAttributesRequest
) -> api.DeleteUserAttributesResponse:
    """Delete attributes of the caller, as far as the client may write them."""
    user = call.signed_in.user
    pool = await lookup.pool(call.storage, user.pool)
    client = await lookup.client(call.storage, user.pool, call.signed_in.client)
    attributes.require_writable(client, request.user_attribute_names)
    rest = attributes.without(pool, user.attributes, request.user_attribute_names)
    async with call.storage.transaction() as tx:
        await accounts.save(tx, pool, user, accounts.with_attributes(user, rest, call.now))
    return api.DeleteUserAttributesResponse()


@operation
@serialised
async def delete_user(call: Call, request: api.DeleteUserRequest) -> api.DeleteUserResponse:  # noqa: ARG001 - as get_user
    """Delete the caller with everything of theirs."""
    async with call.storage.transaction() as tx:
        tx.users.delete(call.signed_in.user)
    return api.DeleteUserResponse()


@operation
@serialised
async def set_user_settings(call: Call, request: api.SetUserSettingsRequest) -> api.SetUserSettingsResponse:
    """The older way to say where the caller's SMS codes go; SetUserMFAPreference is today's."""
    async with call.storage.transaction() as tx:
        tx.users.save(mfa.with_options(call.signed_in.user, request.mfa_options, call.now))
    return api.SetUserSettingsResponse()


def _own_concern(call: Call, pool: Pool, metadata: Mapping[str, str] | None) -> verification.Concern:
    return verification.Concern(
        pool=pool,
        user=call.signed_in.user,
        client=call.signed_in.client,
        metadata=metadata or {},
        now=call.now,
    )
