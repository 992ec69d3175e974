"""Scores the attempt once, when a proof of the password comes in: right or wrong, known or unknown user."""

from msgspec.structs import replace

from riskengine.flows.risk_desk import with_assessment
from riskengine.flows.sign_in.state import SignIn, Visit


def needed(sign_in: SignIn) -> bool:
    """Where a password proof is presented; never twice."""
    return sign_in.presents_password and not sign_in.is_assessed


async def perform(sign_in: SignIn, visit: Visit) -> SignIn:
    """Write score, level and reasons into the event; nothing is decided yet."""
    sign_in = replace(sign_in, is_assessed=True)
    if not visit.threat.scores(visit.observed.address):
        return sign_in
    attempt, sub = visit.observed.attempt, sign_in.event.sub
    assessment, stored = await visit.services.risk.assess(visit.tx, visit.pool.id, sub, attempt)
    event = with_assessment(sign_in.event, attempt, assessment)
    return replace(sign_in, assessment=assessment, profile=stored, event=event)
