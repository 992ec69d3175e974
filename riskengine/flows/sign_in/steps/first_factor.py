"""Proves the password: in the clear, or by SRP."""

from riskengine.flows.sign_in.factors import password, srp
from riskengine.flows.sign_in.state import PASSWORD_FLOWS, Ended, SignIn, Visit


def needed(sign_in: SignIn) -> bool:
    """Until the password has been proved."""
    return not sign_in.is_password_verified


async def perform(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    """Ask for the proof that the flow takes, or judge the one that came."""
    if sign_in.flow in PASSWORD_FLOWS:
        return password.prove(sign_in, visit)
    if sign_in.awaited == "PASSWORD_VERIFIER":
        return await srp.prove(sign_in, visit)
    return srp.begin(sign_in, visit)
