"""Devices of users: what the caller does with their own, and administrators with anybody's."""

from riskengine import api
from riskengine.base.clock import to_seconds
from riskengine.entities import Device, Pool, User
from riskengine.flows import devices, lookup
from riskengine.operations import paging
from riskengine.operations.again import serialised
from riskengine.operations.call import Call
from riskengine.operations.registry import Operations

operation = Operations()


@operation
async def confirm_device(call: Call, request: api.ConfirmDeviceRequest) -> api.ConfirmDeviceResponse:
    """Register the device that the caller's tokens were offered for."""
    caller, pool = call.signed_in, await _own_pool(call)
    is_asked = await devices.confirm(
        call.services, pool, caller.user, caller.session, request, address=call.peer, now=call.now
    )
    return api.ConfirmDeviceResponse(user_confirmation_necessary=is_asked)


@operation
@serialised
async def update_device_status(
    call: Call, request: api.UpdateDeviceStatusRequest
) -> api.UpdateDeviceStatusResponse:
    """Have one of the caller's devices remembered, or no longer."""
    user, pool = call.signed_in.user, await _own_pool(call)
    status = request.device_remembered_status
    await devices.set_status(call.services, pool, user, request.device_key, status, now=call.now)
    return api.UpdateDeviceStatusResponse()


@operation
@serialised
async def admin_update_device_status(
    call: Call, request: api.AdminUpdateDeviceStatusRequest
) -> api.AdminUpdateDeviceStatusResponse:
    """Have one of a user's devices remembered, or no longer."""
    pool = await lookup.pool(call.storage, request.user_pool_id)
    user = await lookup.user(call.storage, pool, request.username)
    status = request.device_remembered_status
    await devices.set_status(call.services, pool, user, request.device_key, status, now=call.now)
    return api.AdminUpdateDeviceStatusResponse()


@operation
@serialised
async def forget_device(call: Call, request: api.ForgetDeviceRequest) -> api.ForgetDeviceResponse:
    """Delete one of the caller's devices."""
    user, pool = call.signed_in.user, await _own_pool(call)
    await devices.forget(call.services, pool, user, request.device_key)
    return api.ForgetDeviceResponse()


@operation
@serialised
async def admin_forget_device(
    call: Call, request: api.AdminForgetDeviceRequest
) -> api.AdminForgetDeviceResponse:
    """Delete one of a user's devices."""
    pool = await lookup.pool(call.storage, request.user_pool_id)
    user = await lookup.user(call.storage, pool, request.username)
    await devices.forget(call.services, pool, user, request.device_key)
    return api.AdminForgetDeviceResponse()


@operation
async def get_device(call: Call, request: api.GetDeviceRequest) -> api.GetDeviceResponse:
    """One of the caller's devices."""
    user, pool = call.signed_in.user, await _own_pool(call)
    device = await devices.find(call.storage, pool, user, request.device_key)
    return api.GetDeviceResponse(device=_shown(device))


@operation
async def admin_get_device(call: Call, request: api.AdminGetDeviceRequest) -> api.AdminGetDeviceResponse:
    """One of a user's devices."""
    pool = await lookup.pool(call.storage, request.user_pool_id)
    user = await _owner(call, pool, request.username)
    device = await devices.find(call.storage, pool, user, request.device_key)
    return api.AdminGetDeviceResponse(device=_shown(device))


@operation
async def list_devices(call: Call, request: api.ListDevicesRequest) -> api.ListDevicesResponse:
    """The caller's devices."""
    page = await _page(call, call.signed_in.user, request.pagination_token, request.limit)
    return api.ListDevicesResponse(
        devices=[_shown(device) for device in page.items], pagination_token=page.next_token
    )


@operation
async def admin_list_devices(
    call: Call, request: api.AdminListDevicesRequest
) -> api.AdminListDevicesResponse:
    """A user's devices."""
    pool = await lookup.pool(call.storage, request.user_pool_id)
    user = await _owner(call, pool, request.username)
    page = await _page(call, user, request.pagination_token, request.limit)
    return api.AdminListDevicesResponse(
        devices=[_shown(device) for device in page.items], pagination_token=page.next_token
    )


async def _owner(call: Call, pool: Pool, username: str) -> User:
    try:
        return await lookup.user(call.storage, pool, username)
    except api.errors.UserNotFoundException as error:
        # The two that read a user's devices are not modelled with that one.
        raise api.errors.ResourceNotFoundException(error.message) from None


async def _own_pool(call: Call) -> Pool:
    return await lookup.pool(call.storage, call.signed_in.user.pool)


async def _page(call: Call, user: User, token: str | None, limit: int | None) -> paging.Page[Device]:
    cut = paging.cut(call, token, limit, user.pool, user.sub)
    found = await call.storage.devices.list_(user.pool, user.sub, after=cut.after, limit=cut.fetch)
    return cut.page(found, lambda device: device.key)


def _shown(device: Device) -> api.DeviceType:
    named = {**device.attributes, "dev:device_remembered_status": device.remembered}
    return api.DeviceType(
        device_key=device.key,
        device_attributes=[
            api.AttributeType(name=name, value=value) for name, value in sorted(named.items())
        ],
        device_create_date=to_seconds(device.created),
        device_last_modified_date=to_seconds(device.modified),
        device_last_authenticated_date=to_seconds(device.authenticated),
    )
