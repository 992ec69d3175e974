"""Refuses while too many wrong passwords have locked the user name, existing or not."""

from msgspec.structs import replace

from riskengine import api
from riskengine.flows.lockouts import is_locked
from riskengine.flows.sign_in.endings import refused
from riskengine.flows.sign_in.state import Ended, SignIn, Visit


def needed(sign_in: SignIn) -> bool:
    """Until the password has been proved."""
    return not sign_in.is_password_verified and not sign_in.has_lock_checked


async def perform(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    """A try while locked does not prolong the lock."""
    lockout = await visit.tx.lockouts.find(visit.pool.id, sign_in.guess_key, "password")
    if is_locked(lockout, visit.now):
        return refused(sign_in, api.errors.NotAuthorizedException("Password attempts exceeded"))
    return replace(sign_in, has_lock_checked=True, lockout=lockout)
