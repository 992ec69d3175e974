"""Asks for a second factor where the user, the pool or the risk wants one."""

import json

from msgspec.structs import replace

from riskengine import api
from riskengine.flows.sign_in.endings import challenged
from riskengine.flows.sign_in.factors import software_token
from riskengine.flows.sign_in.state import Ended, SignIn, Visit


def needed(sign_in: SignIn) -> bool:
    """Until it was passed, or found unnecessary."""
    return not sign_in.is_second_factor_passed


async def perform(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    """Judge the answer that came, else ask what has to be asked."""
    if sign_in.awaited == "SOFTWARE_TOKEN_MFA":
        return await software_token.prove(sign_in, visit)
    if sign_in.awaited == "MFA_SETUP":
        return _finish_setup(sign_in)
    user, pool = sign_in.known_user, visit.pool
    if software_token.can_answer(user, pool) and (
        pool.mfa == "ON" or "SOFTWARE_TOKEN_MFA" in user.mfa_enabled or sign_in.must_challenge
    ):
        name = user.software_token.device_name if user.software_token else None
        return challenged(
            sign_in, visit, "SOFTWARE_TOKEN_MFA", {"FRIENDLY_DEVICE_NAME": name or "TOTP device"}
        )
    if pool.mfa == "ON":
        return _offer_setup(sign_in, visit)
    return replace(sign_in, is_second_factor_passed=True)


def _offer_setup(sign_in: SignIn, visit: Visit) -> Ended:
    factors = ["SOFTWARE_TOKEN_MFA"] if visit.pool.is_software_token_enabled else []
    sign_in = replace(sign_in, mfa_setup="offered")
    return challenged(sign_in, visit, "MFA_SETUP", {"MFAS_CAN_SETUP": json.dumps(factors)})


def _finish_setup(sign_in: SignIn) -> SignIn:
    if sign_in.mfa_setup != "verified":
        raise api.errors.InvalidParameterException("The software token has not been verified in this session")
    return replace(sign_in, is_second_factor_passed=True, was_challenged=False)
