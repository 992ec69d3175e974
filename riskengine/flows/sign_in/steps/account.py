"""Looks at the account behind a right password: enabled, confirmed, not awaiting a reset."""

from msgspec.structs import replace

from riskengine import api
from riskengine.entities import User
from riskengine.flows.sign_in.endings import refused
from riskengine.flows.sign_in.state import Ended, SignIn, Visit


def needed(sign_in: SignIn) -> bool:
    """Once in every request."""
    return not sign_in.is_account_checked


async def perform(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    """Only who knows the password learns the account's state."""
    error = fault(sign_in.known_user, visit.now)
    return refused(sign_in, error) if error else replace(sign_in, is_account_checked=True)


def fault(user: User, now: int) -> api.ApiError | None:
    """Why this user can't sign in; None when nothing is in the way."""
    if not user.is_enabled:
        return api.errors.NotAuthorizedException("User is disabled.")
    if user.status == "UNCONFIRMED":
        return api.errors.UserNotConfirmedException("User is not confirmed.")
    if user.status == "RESET_REQUIRED":
        return api.errors.PasswordResetRequiredException("Password reset required for the user")
    is_temporary = user.status == "FORCE_CHANGE_PASSWORD"
    if is_temporary and user.temporary_until is not None and now >= user.temporary_until:
        text = "Temporary password has expired and must be reset by an administrator."
        return api.errors.NotAuthorizedException(text)
    return None
