"""What signed-in users do with their own account."""

from msgspec.structs import replace

from riskengine import api
from riskengine.flows import accounts, attributes, lookup
from riskengine.operations import convert
from riskengine.operations.call import Call
from riskengine.operations.registry import Operations

operation = Operations()


@operation
async def get_user(call: Call, request: api.GetUserRequest) -> api.GetUserResponse:  # noqa: ARG001 - its token was read by the gateway
    """The caller, with the attributes that the client may read."""
    user = call.signed_in.user
    client = await lookup.client(call.storage, user.pool, call.signed_in.client)
    return api.GetUserResponse(
        username=user.username,
        user_attributes=convert.attributes(user.sub, attributes.readable(client, user.attributes)),
        preferred_mfa_setting=user.mfa_preferred,
        user_mfa_setting_list=list(user.mfa_enabled) or None,
    )


@operation
async def update_user_attributes(
    call: Call, request: api.UpdateUserAttributesRequest
) -> api.UpdateUserAttributesResponse:
    """Change the caller's attributes, as far as the client may write them; no code is sent."""
    user = call.signed_in.user
    given = attributes.given(request.user_attributes)
    pool = await lookup.pool(call.storage, user.pool)
    client = await lookup.client(call.storage, user.pool, call.signed_in.client)
    attributes.require_writable(client, given)
    after = replace(user, attributes=attributes.changed(pool, user.attributes, given), modified=call.now)
    held_back = pool.description.user_attribute_update_settings
    unproved = (held_back.attributes_require_verification_before_update if held_back else None) or ()
    if any(after.attributes.get(name) not in {None, user.attributes.get(name)} for name in unproved):
        # The old value would have to stay until a code proves the new one, and no code can be sent.
        raise api.errors.CodeDeliveryFailureException("No message can be sent to verify the new value.")
    with accounts.names_contested(pool, after, is_new=False):
        async with call.storage.transaction() as tx:
            await accounts.save(tx, pool, user, after)
    return api.UpdateUserAttributesResponse(code_delivery_details_list=[])


@operation
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
        await accounts.save(tx, pool, user, replace(user, attributes=rest, modified=call.now))
    return api.DeleteUserAttributesResponse()


@operation
async def delete_user(call: Call, request: api.DeleteUserRequest) -> api.DeleteUserResponse:  # noqa: ARG001 - as get_user
    """Delete the caller with everything of theirs."""
    async with call.storage.transaction() as tx:
        tx.users.delete(call.signed_in.user)
    return api.DeleteUserResponse()
