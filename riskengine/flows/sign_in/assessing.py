"""Scores an attempt, once in a sign-in."""

import dataclasses

from msgspec.structs import replace

from riskengine.flows.risk_desk import with_assessment
from riskengine.flows.sign_in.state import SignIn, Visit
from riskengine.flows.test_mode import as_forced


async def assessed(sign_in: SignIn, visit: Visit) -> SignIn:
    """Write score, level and reasons into the event, if threat protection looks at this attempt."""
    sign_in = replace(sign_in, is_assessed=True)
    if not visit.threat.scores(visit.observed.address):
        return sign_in
    attempt = visit.observed.attempt
    if sign_in.user is not None and not attempt.user_exists:
        # Nobody had this name when the request came in: the user has come over in it.
        attempt = dataclasses.replace(attempt, user=sign_in.guess_key, user_exists=True)
    profile = sign_in.profile.profile
    assessment = await visit.services.risk.assess(visit.pool, visit.client.id, profile, attempt)
    if visit.forced:
        assessment = as_forced(assessment, visit.forced)
    event = with_assessment(sign_in.event, None if visit.forced else attempt, assessment)
    return replace(sign_in, assessment=assessment, event=event, is_scored_now=True)
