"""Refuses addresses that the risk configuration blocks; asked again with every answer."""

from msgspec.structs import replace

from riskengine import api
from riskengine.flows.sign_in.endings import refused
from riskengine.flows.sign_in.state import Ended, SignIn, Visit


def needed(sign_in: SignIn) -> bool:
    """Once in every request."""
    return not sign_in.is_admitted


async def perform(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    """No risk is computed for a blocked address."""
    if visit.threat.is_blocked(visit.observed.address):
        event = replace(sign_in.event, decision="Block", action="BLOCK")
        error = api.errors.NotAuthorizedException("Request not allowed due to security reasons.")
        return refused(replace(sign_in, event=event), error)
    return replace(sign_in, is_admitted=True)
