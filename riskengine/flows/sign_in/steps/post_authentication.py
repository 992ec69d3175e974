"""Tells the PostAuthentication trigger of a sign-in that is about to get its tokens."""

from msgspec.structs import replace

from riskengine.flows.hooks import ERRORS
from riskengine.flows.sign_in import hooks
from riskengine.flows.sign_in.endings import refused
from riskengine.flows.sign_in.state import Ended, SignIn, Visit


def needed(sign_in: SignIn) -> bool:
    """Once, before the tokens."""
    return not sign_in.is_approved


async def perform(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    """An error of the function refuses the sign-in."""
    is_tracking = visit.pool.description.device_configuration is not None
    try:
        await hooks.post_authentication(sign_in, visit, is_new_device=is_tracking and sign_in.device is None)
    except ERRORS as error:
        return refused(sign_in, error)
    return replace(sign_in, is_approved=True)
