"""Turns the level into what is done: nothing, a second factor, or a block."""

from msgspec.structs import replace

from riskengine import api
from riskengine.flows.sign_in.assessing import assessed
from riskengine.flows.sign_in.endings import refused
from riskengine.flows.sign_in.mfa_choice import usable
from riskengine.flows.sign_in.state import Ended, SignIn, Visit
from riskengine.risk import Action, decide


def needed(sign_in: SignIn) -> bool:
    """Once in a sign-in, after the first factor."""
    return not sign_in.is_decided


async def perform(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    """AUDIT writes down what would be done, and does nothing."""
    if not sign_in.is_assessed:
        # A flow may let somebody in without a proof of its own (CUSTOM_AUTH): that is scored here.
        sign_in = await assessed(sign_in, visit)
    sign_in, assessment = replace(sign_in, is_decided=True), sign_in.assessment
    if assessment is None:
        return sign_in
    decision = decide(assessment, visit.threat.policy)
    event = replace(sign_in.event, decision=decision.risk_decision, action=decision.action.value)
    sign_in = replace(sign_in, event=event)
    if visit.threat.mode != "ENFORCED":
        return sign_in
    sign_in = replace(sign_in, notifies=visit.threat.notifies(assessment.level))
    can_answer_mfa = bool(usable(visit.pool, sign_in.known_user))
    if decision.action is Action.BLOCK or (decision.action is Action.MFA_REQUIRED and not can_answer_mfa):
        sign_in = replace(sign_in, event=replace(event, decision="Block"))
        return refused(
            sign_in, api.errors.NotAuthorizedException("Unable to login because of security reasons.")
        )
    asks = decision.action in {Action.MFA_IF_CONFIGURED, Action.MFA_REQUIRED}
    return replace(sign_in, must_challenge=asks and can_answer_mfa)
