"""Has a known device prove itself, beside or in place of a second factor."""

from riskengine.flows.sign_in.factors import device_srp
from riskengine.flows.sign_in.state import Ended, SignIn, Visit


def needed(sign_in: SignIn) -> bool:
    """Until the device that came along has proved itself."""
    return sign_in.device is not None and not sign_in.is_device_proved


async def perform(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    """Ask the device, or judge what it answered."""
    return await device_srp.perform(sign_in, visit)
