"""Finds the device that the client says it speaks from, before anything is proved or spent."""

from msgspec.structs import replace

from riskengine import api
from riskengine.flows.sign_in.state import SignIn, Visit


def needed(sign_in: SignIn) -> bool:
    """Where a device key came along."""
    return bool(sign_in.device_key) and not sign_in.is_device_looked_up


async def perform(sign_in: SignIn, visit: Visit) -> SignIn:
    """An unknown one is told at once: clients forget the key and send the same proof again.

    So the answer depends on the key only, not on whether the proof beside it is right.
    """
    if visit.pool.description.device_configuration is None or visit.is_admin:
        return replace(sign_in, device_key="", is_device_looked_up=True)
    sub = sign_in.user.sub if sign_in.user else ""
    device = await visit.tx.devices.find(visit.pool.id, sub, sign_in.device_key)
    if device is None:
        raise api.errors.ResourceNotFoundException("Device does not exist.")
    return replace(sign_in, device=device, is_device_looked_up=True)
