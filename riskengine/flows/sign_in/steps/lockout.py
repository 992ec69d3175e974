"""Refuses while too many wrong passwords have locked the user name, existing or not."""

from msgspec.structs import replace

from riskengine import api
from riskengine.entities import Lockout
from riskengine.flows.lockouts import is_locked
from riskengine.flows.sign_in.endings import refused
from riskengine.flows.sign_in.state import Ended, SignIn, Visit
from riskengine.risk.familiar import is_familiar

# Answers that a password is proved by; a lock on passwords does not stop who brings none.
_PASSWORD_ANSWERS = ("PASSWORD", "SRP_A", "PASSWORD_CLAIM_SIGNATURE")


def needed(sign_in: SignIn) -> bool:
    """Until somebody has proved who they are."""
    return not sign_in.first_factor and not sign_in.has_lock_checked


async def perform(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    """A try while locked does not prolong the lock.

    Strangers lock strangers out: from a device or place that the user is known by, failures are
    counted apart, with the same limits. So nobody guesses more than twice as fast, and only from
    the owner's own device or network; and the owner keeps a way in.
    """
    sign_in = replace(sign_in, has_lock_checked=True)
    if not any(name in visit.answers for name in _PASSWORD_ANSWERS):
        return sign_in
    pool, key = visit.pool.id, sign_in.guess_key
    lockout = await visit.tx.lockouts.find(pool, key, "password")
    if not is_locked(lockout, visit.now):
        return replace(sign_in, lockout=lockout)
    if await _is_familiar(sign_in, visit):
        lockout = await visit.tx.lockouts.find(pool, key, "familiar")
        if not is_locked(lockout, visit.now):
            return replace(sign_in, lockout=lockout, guess_kind="familiar")
    locked = replace(sign_in, lockout=Lockout())
    return refused(locked, api.errors.NotAuthorizedException("Password attempts exceeded"))


async def _is_familiar(sign_in: SignIn, visit: Visit) -> bool:
    """Read only where a lock is in the way."""
    if sign_in.user is None:
        return False
    if sign_in.device is not None:
        return True
    if visit.threat.mode == "OFF":
        return False
    stored = await visit.tx.profiles.find(visit.pool.id, sign_in.user.sub)
    return is_familiar(visit.observed.attempt, stored.profile)
