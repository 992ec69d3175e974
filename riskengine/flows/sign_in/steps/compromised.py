"""Looks a right password up among the known compromised ones, where it came in the clear."""

from msgspec.structs import replace

from riskengine import api
from riskengine.flows.screening import screened
from riskengine.flows.sign_in.endings import refused
from riskengine.flows.sign_in.state import Ended, SignIn, Visit


def needed(sign_in: SignIn) -> bool:
    """Once, in the request that proved the password."""
    return sign_in.first_factor == "PASSWORD" and not sign_in.is_password_screened


async def perform(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    """BLOCK asks the user for a reset: the next sign-ins are refused until then."""
    sign_in = replace(sign_in, is_password_screened=True)
    password = visit.answers.get("PASSWORD")
    if not password:
        return sign_in
    try:
        is_known = await screened(
            visit.services.screening,
            visit.threat,
            visit.pool.id,
            "SIGN_IN",
            password,
            forced=visit.forced.is_compromised,
        )
    except api.ApiError as error:
        return refused(sign_in, error)
    if not is_known:
        return sign_in
    user = sign_in.known_user
    sign_in = replace(sign_in, event=replace(sign_in.event, is_compromised=True))
    if not visit.threat.blocks_compromised("SIGN_IN"):
        return sign_in
    reset = replace(user, status="RESET_REQUIRED", modified=visit.now)
    visit.tx.users.save(reset)
    event = replace(sign_in.event, decision="Block", action="BLOCK")
    sign_in = replace(sign_in, user=reset, event=event)
    return refused(sign_in, api.errors.PasswordResetRequiredException("Password reset required for the user"))
