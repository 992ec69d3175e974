"""What a wrong answer costs, the same for every factor."""

from msgspec.structs import replace

from riskengine import api
from riskengine.entities import Lockout
from riskengine.flows.lockouts import after_failure, after_success
from riskengine.flows.sign_in.endings import refused
from riskengine.flows.sign_in.state import Ended, SignIn, Visit
from riskengine.storage.interface import GuessKind


def wrong(sign_in: SignIn, visit: Visit, kind: GuessKind, lockout: Lockout, error: api.ApiError) -> Ended:
    """Refuse, and count the failure in the same durable unit as its event."""
    counted = after_failure(lockout, visit.now, kind)
    visit.tx.lockouts.save(visit.pool.id, sign_in.guess_key, kind, counted)
    return refused(answered(sign_in, kind, is_right=False), error)


def right(sign_in: SignIn, visit: Visit, kind: GuessKind, lockout: Lockout) -> SignIn:
    """Failures in a row end here; one that a parallel guess adds meanwhile makes this unit conflict."""
    if lockout.failures:
        visit.tx.lockouts.save(visit.pool.id, sign_in.guess_key, kind, after_success(lockout))
    return answered(sign_in, kind, is_right=True)


def answered(sign_in: SignIn, kind: GuessKind, *, is_right: bool) -> SignIn:
    """The event tells which factor was answered, and how."""
    # The API knows two names: the first proof, whatever it was, and the second.
    name = "Mfa" if kind in {"mfa", "device"} else "Password"
    answer = (name, "Success" if is_right else "Failure")
    event = replace(sign_in.event, challenges=(*sign_in.event.challenges, answer))
    return replace(sign_in, event=event)
