"""Scores the attempt once, when a first proof comes in: right or wrong, of a known or unknown user."""

from riskengine.flows.sign_in.assessing import assessed
from riskengine.flows.sign_in.state import SignIn, Visit


def needed(sign_in: SignIn) -> bool:
    """Where a proof is presented; never twice."""
    return sign_in.presents_proof and not sign_in.is_assessed


async def perform(sign_in: SignIn, visit: Visit) -> SignIn:
    """Nothing is decided yet: the score must not depend on whether the proof holds."""
    return await assessed(sign_in, visit)
