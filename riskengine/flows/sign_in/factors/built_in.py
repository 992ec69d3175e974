"""Challenges of the pool's own that DefineAuthChallenge may name: SMS_MFA and SOFTWARE_TOKEN_MFA."""

from msgspec.structs import replace

from riskengine import api
from riskengine.flows.lockouts import is_locked
from riskengine.flows.sign_in.endings import challenged, refused
from riskengine.flows.sign_in.factors import sent_code, software_token
from riskengine.flows.sign_in.factors.guess import wrong
from riskengine.flows.sign_in.state import Ended, SignIn, Visit

_SMS, _TOTP = "SMS_MFA", "SOFTWARE_TOKEN_MFA"
NAMES = (_SMS, _TOTP)


def can_answer(sign_in: SignIn, name: str) -> bool:
    """Whether the user has what the challenge asks for; nobody is asked like anybody."""
    user = sign_in.user
    if user is None:
        return True
    if name == _SMS:
        return bool(user.attributes.get("phone_number"))
    return user.software_token is not None and user.software_token.is_verified


async def ask(sign_in: SignIn, visit: Visit, name: str) -> Ended:
    """Put the challenge."""
    user = sign_in.user
    if name == _SMS:
        number = user.attributes["phone_number"] if user else _nobodys_number(sign_in, visit)
        return await sent_code.ask(sign_in, visit, _SMS, "SMS", number)
    device = user.software_token.device_name if user and user.software_token else None
    return challenged(sign_in, visit, _TOTP, {"FRIENDLY_DEVICE_NAME": device or "TOTP device"})


async def prove(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    """Judge the answer; a wrong one counts as it does elsewhere, and the session takes another."""
    if sign_in.awaited == _SMS:
        proved = await sent_code.prove(sign_in, visit, "mfa")
    elif sign_in.user is None:
        proved = await _refused(sign_in, visit)
    else:
        proved = await software_token.prove(sign_in, visit)
    return proved if isinstance(proved, Ended) else replace(proved, is_second_factor_passed=True)


async def _refused(sign_in: SignIn, visit: Visit) -> Ended:
    lockout = await visit.tx.lockouts.find(visit.pool.id, sign_in.guess_key, "mfa")
    if is_locked(lockout, visit.now):
        return refused(sign_in, api.errors.NotAuthorizedException("Password attempts exceeded"))
    error = api.errors.CodeMismatchException("Invalid code received for user")
    return replace(wrong(sign_in, visit, "mfa", lockout, error), is_spent=False)


def _nobodys_number(sign_in: SignIn, visit: Visit) -> str:
    """A number that stays the same for a name, as a user's would."""
    digest = visit.services.sealer.digest("decoy", f"{visit.pool.id}/{sign_in.username}/phone".encode())
    return f"+{10**10 + int.from_bytes(digest[:8], 'big') % 10**10}"
