"""What was tried against this account, and with this password."""

from math import log1p

from riskengine.risk.decay import faded
from riskengine.risk.profile import FAILURE_HALF_LIFE
from riskengine.risk.view import Signal, View

_TYPOS = 1.0  # failures that are anybody's
_NAMESAKES = 2.5  # users who may share a bad password by chance


def account_failures(view: View) -> Signal | None:
    """Failed sign-ins of this user in the last hours; a lockout weapon is weak where all else is usual."""
    profile = view.profile
    failed = faded(profile.failures, view.now - profile.failed, FAILURE_HALF_LIFE)
    if failed <= _TYPOS:
        return None
    points = view.model.points(min(1.5, 0.5 * log1p(failed - _TYPOS)), "account")
    return (
        Signal("ACCOUNT_FAILURES", points, f"{failed:.0f} failures of this user lately") if points else None
    )


def wide_password(view: View) -> Signal | None:
    """This very password failed for many users: spraying."""
    users = view.population.crowds["password"].count(
        view.attempt.password, view.now, without=view.attempt.user
    )
    if users <= _NAMESAKES:
        return None
    points = view.model.points(log1p(users - _NAMESAKES), "spray")
    return (
        Signal("WIDE_PASSWORD", points, f"this password was tried on about {users:.0f} other users")
        if points
        else None
    )
