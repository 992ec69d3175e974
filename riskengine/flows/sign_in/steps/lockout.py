"""Refuses while too many wrong passwords have locked the user name, existing or not."""

from msgspec.structs import replace

from riskengine import api
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
    if not is_locked(sign_in.lockout, visit.now):
        return sign_in
    if _is_familiar(sign_in, visit):
        lockout = await visit.tx.lockouts.find(visit.pool.id, sign_in.guess_key, "familiar")
        if not is_locked(lockout, visit.now):
            return replace(sign_in, lockout=lockout, guess_kind="familiar")
    return refused(sign_in, api.errors.NotAuthorizedException("Password attempts exceeded"))


def _is_familiar(sign_in: SignIn, visit: Visit) -> bool:
    if sign_in.user is None:
        return False
    if sign_in.device is not None:
        return True
    if visit.threat.mode == "OFF":
        return False
    return is_familiar(visit.observed.attempt, sign_in.profile.profile)
