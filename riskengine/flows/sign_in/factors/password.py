"""A password in the clear, checked against the user's SRP verifier."""

from msgspec.structs import replace

from riskengine import api
from riskengine.base.secret import Secret
from riskengine.entities import User
from riskengine.flows.passwords import is_right, is_right_by_foreign_hash, with_password
from riskengine.flows.sign_in.endings import challenged
from riskengine.flows.sign_in.factors.guess import right, wrong
from riskengine.flows.sign_in.state import Ended, SignIn, Visit


async def perform(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    """The flows that send the password along; an administrator's may be asked for it."""
    if visit.is_admin and not sign_in.awaited and "PASSWORD" not in visit.answers:
        return challenged(sign_in, visit, "ADMIN_NO_SRP_AUTH", {}, is_recorded=False)
    return await prove(sign_in, visit)


async def prove(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    """Known and unknown users cost the same arithmetic."""
    password = visit.answer("PASSWORD")
    lockout = sign_in.lockout
    if sign_in.user is not None and sign_in.user.foreign_hash is not None:
        sign_in = await _settled(sign_in, visit, sign_in.user, password)
    if is_right(visit.services, visit.pool, sign_in.username, sign_in.user, password):
        return replace(
            right(sign_in, visit, sign_in.guess_kind, lockout), first_factor="PASSWORD", awaited=""
        )
    return wrong(sign_in, visit, sign_in.guess_kind, lockout, error_for(sign_in, visit))


async def _settled(sign_in: SignIn, visit: Visit, user: User, password: Secret) -> SignIn:
    """An imported user whose hash the password proves gets a credential of ours, in a unit of its own."""
    if not await is_right_by_foreign_hash(visit.services, user, password):
        return sign_in
    after = with_password(visit.services, visit.pool, user, password, visit.now)
    async with visit.services.storage.transaction() as tx:
        tx.users.save(after)
    return replace(sign_in, user=replace(after, version=user.version + 1))


def error_for(sign_in: SignIn, visit: Visit) -> api.ApiError:
    """What a wrong password, or a user that nobody is, is told."""
    if sign_in.user is None and (visit.is_admin or not visit.client.hides_existence):
        return api.errors.UserNotFoundException("User does not exist.")
    return api.errors.NotAuthorizedException("Incorrect username or password.")
