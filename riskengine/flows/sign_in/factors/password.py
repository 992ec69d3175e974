"""A password in the clear, checked against the user's SRP verifier."""

from msgspec.structs import replace

from riskengine import api
from riskengine.entities import Lockout
from riskengine.flows.passwords import is_right
from riskengine.flows.sign_in.endings import challenged
from riskengine.flows.sign_in.factors.guess import right, wrong
from riskengine.flows.sign_in.state import Ended, SignIn, Visit


async def perform(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    """The flows that send the password along; an administrator's may be asked for it."""
    if visit.is_admin and not sign_in.awaited and "PASSWORD" not in visit.answers:
        return challenged(sign_in, visit, "ADMIN_NO_SRP_AUTH", {}, is_recorded=False)
    return prove(sign_in, visit)


def prove(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    """Known and unknown users cost the same arithmetic."""
    password = visit.answer("PASSWORD")
    lockout = sign_in.lockout or Lockout()
    if is_right(visit.services, visit.pool, sign_in.username, sign_in.user, password):
        return replace(
            right(sign_in, visit, sign_in.guess_kind, lockout), first_factor="PASSWORD", awaited=""
        )
    return wrong(sign_in, visit, sign_in.guess_kind, lockout, error_for(sign_in, visit))


def error_for(sign_in: SignIn, visit: Visit) -> api.ApiError:
    """What a wrong password, or a user that nobody is, is told."""
    if sign_in.user is None and (visit.is_admin or not visit.client.hides_existence):
        return api.errors.UserNotFoundException("User does not exist.")
    return api.errors.NotAuthorizedException("Incorrect username or password.")
