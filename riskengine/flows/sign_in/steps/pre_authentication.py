"""Asks the PreAuthentication trigger whether a sign-in may begin."""

from msgspec.structs import replace

from riskengine.flows.hooks import ERRORS
from riskengine.flows.sign_in import hooks
from riskengine.flows.sign_in.endings import refused
from riskengine.flows.sign_in.state import Ended, SignIn, Visit


def needed(sign_in: SignIn) -> bool:
    """Once, when a sign-in begins."""
    return not sign_in.is_announced


async def perform(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    """An error of the function refuses the sign-in; nobody's is told of only where existence is hidden."""
    if sign_in.user is not None or (visit.client.hides_existence and not visit.is_admin):
        try:
            await hooks.pre_authentication(sign_in, visit)
        except ERRORS as error:
            return refused(sign_in, error)
    return replace(sign_in, is_announced=True)
