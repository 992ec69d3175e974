"""Ends a sign-in that somebody called an attack while an answer of it was outstanding."""

from riskengine import api
from riskengine.flows.sign_in.endings import refused
from riskengine.flows.sign_in.state import Ended, SignIn, Visit


def needed(sign_in: SignIn) -> bool:
    """Where the last word on the event is Invalid."""
    return sign_in.event.feedback is not None and sign_in.event.feedback.value == "Invalid"


async def perform(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    """No session comes of it where the pool ends those of such events."""
    if not visit.pool.revokes_on_invalid:
        return sign_in
    return refused(sign_in, api.errors.NotAuthorizedException("Unable to login because of security reasons."))
