"""Looks a right password up among the known compromised ones, where it came in the clear."""

from msgspec.structs import replace

from riskengine import api
from riskengine.base.secret import Secret
from riskengine.flows.sign_in.endings import refused
from riskengine.flows.sign_in.state import Ended, SignIn, Visit
from riskengine.telemetry import count_compromised


def needed(sign_in: SignIn) -> bool:
    """Once, in the request that proved the password."""
    return sign_in.first_factor == "PASSWORD" and not sign_in.is_password_screened


async def perform(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    """BLOCK asks the user for a reset: the next sign-ins are refused until then."""
    sign_in = replace(sign_in, is_password_screened=True)
    password = visit.answers.get("PASSWORD")
    if not password or not is_compromised(visit, password):
        return sign_in
    user = sign_in.known_user
    sign_in = replace(sign_in, event=replace(sign_in.event, is_compromised=True))
    count_compromised(visit.pool.id, "SignIn")
    if not visit.threat.blocks_compromised("SIGN_IN"):
        return sign_in
    reset = replace(user, status="RESET_REQUIRED", modified=visit.now)
    visit.tx.users.save(reset)
    event = replace(sign_in.event, decision="Block", action="BLOCK")
    sign_in = replace(sign_in, user=reset, event=event)
    return refused(sign_in, api.errors.PasswordResetRequiredException("Password reset required for the user"))


def is_compromised(visit: Visit, password: Secret) -> bool:
    """Whether the configuration looks at sign-ins, and the password is a known one."""
    if not visit.threat.screens("SIGN_IN"):
        return False
    told = visit.forced.is_compromised
    return visit.services.breached.is_compromised(password) if told is None else told
