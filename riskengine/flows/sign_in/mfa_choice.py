"""Which second factor is asked for: the service's five rules, over what pool and user have."""

from dataclasses import dataclass
from typing import Literal

from riskengine.entities import Pool, User
from riskengine.entities.user import MfaFactor


@dataclass(frozen=True, slots=True)
class Choice:
    """What to do about a second factor: nothing, ask one, let the user select, or have one set up."""

    deed: Literal["nothing", "ask", "select", "set_up"]
    factors: tuple[MfaFactor, ...] = ()


NOTHING = Choice("nothing")


def usable(pool: Pool, user: User) -> tuple[MfaFactor, ...]:
    """The factors that this user could answer now: "can do MFA" means that there is one.

    Addresses need not be verified for that; a pool with MFA off challenges nobody.
    """
    if pool.mfa == "OFF":
        return ()
    token = user.software_token
    has: dict[MfaFactor, bool] = {
        "SOFTWARE_TOKEN_MFA": token is not None and token.is_verified,
        "SMS_MFA": pool.sms_mfa_configuration is not None and bool(user.attributes.get("phone_number")),
        "EMAIL_OTP": pool.email_mfa_configuration is not None and bool(user.attributes.get("email")),
    }
    return tuple(factor for factor, is_there in has.items() if is_there)


def choice_for(pool: Pool, user: User, *, must_challenge: bool) -> Choice:
    """What the user is asked; `must_challenge` is the risk's wish."""
    able = usable(pool, user)
    enabled = tuple(factor for factor in able if factor in user.mfa_enabled)
    if pool.mfa == "OFF" or not (pool.mfa == "ON" or enabled or must_challenge):
        return NOTHING
    factors = enabled or able
    if not factors:
        # A risk that wants a factor nobody has was decided before: here only the pool's wish is left.
        return Choice("set_up", can_set_up(pool)) if pool.mfa == "ON" else NOTHING
    if user.mfa_preferred in factors:
        return Choice("ask", (user.mfa_preferred,))
    if len(factors) == 1:
        return Choice("ask", factors)
    primary = _recovery_factor(pool)
    if "SOFTWARE_TOKEN_MFA" in factors or primary is None:
        return Choice("select", factors)
    # The channel that would recover the account proves less beside its password.
    return Choice("ask", tuple(factor for factor in factors if factor != primary)[:1])


def can_set_up(pool: Pool) -> tuple[MfaFactor, ...]:
    """The factors that a user without any may set up while signing in.

    The channel that recovers the account first is no second factor beside its password, unless there
    is no other.
    """
    offers: dict[MfaFactor, bool] = {
        "SMS_MFA": pool.sms_mfa_configuration is not None,
        "SOFTWARE_TOKEN_MFA": pool.is_software_token_enabled,
        "EMAIL_OTP": pool.email_mfa_configuration is not None,
    }
    offered = tuple(factor for factor, is_offered in offers.items() if is_offered)
    primary = _recovery_factor(pool)
    return tuple(factor for factor in offered if factor != primary) or offered


def _recovery_factor(pool: Pool) -> MfaFactor | None:
    """The factor that goes where the pool's first recovery mechanism goes; None for administrators."""
    setting = pool.description.account_recovery_setting
    mechanisms = sorted(
        (setting.recovery_mechanisms if setting else None) or (), key=lambda each: each.priority
    )
    names = [mechanism.name for mechanism in mechanisms]
    if not names or names == ["admin_only"]:
        return None
    return "SMS_MFA" if names[0] == "verified_phone_number" else "EMAIL_OTP"
