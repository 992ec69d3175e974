"""By what a user can sign in: what the pool allows, of what the user has."""

from riskengine.entities import Pool, User
from riskengine.storage.interface import Reader

PASSWORDS = ("PASSWORD_SRP", "PASSWORD")


def allowed(pool: Pool) -> tuple[str, ...]:
    """The first factors of the pool's sign-in policy."""
    policies = pool.description.policies
    policy = policies.sign_in_policy if policies else None
    return tuple((policy.allowed_first_auth_factors if policy else None) or ("PASSWORD",))


async def configured(reader: Reader, pool: Pool, user: User) -> list[str]:
    """The factors that this user has, of those the pool allows; PASSWORD, EMAIL_OTP, SMS_OTP, WEB_AUTHN."""
    has = {
        "PASSWORD": user.has_password,
        "EMAIL_OTP": bool(user.attributes.get("email")),
        "SMS_OTP": bool(user.attributes.get("phone_number")),
        "WEB_AUTHN": bool(await reader.passkeys.list_(pool.id, user.sub, after="", limit=1)),
    }
    names = allowed(pool)
    return [name for name, is_there in has.items() if is_there and name in names]


def is_multi_factor(pool: Pool) -> bool:
    """Whether a passkey that verified its user counts as both factors."""
    configuration = pool.web_authn_configuration
    return (
        configuration is not None
        and configuration.factor_configuration == "MULTI_FACTOR_WITH_USER_VERIFICATION"
    )
