"""How guessing is slowed: failures in a row lock, and each further one doubles the lock."""

from msgspec.structs import replace

from riskengine.base.clock import MINUTE, SECOND
from riskengine.entities import Lockout
from riskengine.storage.interface import GuessKind

FREE_FAILURES = 5
# An eight-digit code lets more guesses pass before it locks: 10 and then ever fewer an hour, of 10**8.
_FREE_OF_KIND: dict[GuessKind, int] = {"otp": 10}
QUIET = 15 * MINUTE  # without a failure, the count starts again
LONGEST = 15 * MINUTE


def is_locked(lockout: Lockout, now: int) -> bool:
    """Whether even the right answer is refused now."""
    return now < lockout.locked_until


def after_failure(lockout: Lockout, now: int, kind: GuessKind = "password") -> Lockout:
    """The lock after one more wrong answer: 2^(n-5) seconds from the fifth failure on, 15 minutes at most.

    Codes that stand in for a password lock from the tenth on.
    """
    is_quiet = now - max(lockout.last_failure, lockout.locked_until) >= QUIET
    failures = 1 if is_quiet else lockout.failures + 1
    excess = failures - _FREE_OF_KIND.get(kind, FREE_FAILURES)
    lock = min(SECOND << min(excess, 20), LONGEST) if excess >= 0 else 0
    return replace(lockout, failures=failures, last_failure=now, locked_until=now + lock)


def after_success(lockout: Lockout) -> Lockout:
    """No failures; the version stays, so that a failure in between is noticed."""
    return replace(lockout, failures=0, last_failure=0, locked_until=0)
