"""The code of an authenticator app as second factor."""

from msgspec.structs import replace

from riskengine import api
from riskengine.credentials.totp import matching_step
from riskengine.flows.lockouts import is_locked
from riskengine.flows.mfa import secret_of
from riskengine.flows.sign_in.endings import refused
from riskengine.flows.sign_in.factors.guess import right, wrong
from riskengine.flows.sign_in.state import Ended, SignIn, Visit


async def prove(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    """A code counts once; wrong ones count towards a lock of their own."""
    user = sign_in.known_user
    lockout = await visit.tx.lockouts.find(visit.pool.id, sign_in.guess_key, "mfa")
    if is_locked(lockout, visit.now):
        return refused(sign_in, api.errors.NotAuthorizedException("Password attempts exceeded"))
    token = user.software_token
    if token is None or not token.is_verified:
        return refused(
            sign_in, api.errors.SoftwareTokenMFANotFoundException("Software token MFA is not set up")
        )
    code = visit.answer("SOFTWARE_TOKEN_MFA_CODE").reveal()
    step = matching_step(secret_of(visit.services, user), code, visit.now)
    error: api.ApiError
    if step is None:
        error = api.errors.CodeMismatchException("Invalid code received for user")
        return replace(wrong(sign_in, visit, "mfa", lockout, error), is_spent=False)
    if step <= token.last_step:
        error = api.errors.ExpiredCodeException("Your software token has already been used once.")
        return replace(wrong(sign_in, visit, "mfa", lockout, error), is_spent=False)
    used = replace(user, software_token=replace(token, last_step=step))
    visit.tx.users.save(used)
    return replace(
        right(sign_in, visit, "mfa", lockout),
        user=used,
        awaited="",
        is_second_factor_passed=True,
    )
