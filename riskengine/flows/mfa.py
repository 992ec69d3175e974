"""Second factors of a user: software tokens (TOTP) registered, verified and read; which factors are on."""

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from riskengine import api
from riskengine.base.secret import Secret
from riskengine.credentials import totp
from riskengine.entities import Pool, SoftwareToken, User
from riskengine.entities.user import MfaFactor
from riskengine.flows.services import Services

_PURPOSE = "totp"
# A successor waits beside the secret in use until a code proves it: starting over and giving up
# leaves the working token as it was.
_SEPARATOR = b","


def associate(services: Services, pool: Pool, user: User) -> tuple[User, Secret]:
    """A new secret (base32) for the user; it counts once `verify` has seen a code of it.

    Raises:
        SoftwareTokenMFANotFoundException: the pool has software tokens off.
    """
    if not pool.is_software_token_enabled:
        raise api.errors.SoftwareTokenMFANotFoundException(
            "Software Token MFA has not been enabled by the userPool"
        )
    secret = totp.new_secret()
    token = user.software_token
    if token is None or not token.is_verified:
        return replace(user, software_token=SoftwareToken(secret=_sealed(services, user, secret))), secret
    sealed = _sealed(services, user, secret_of(services, user), secret)
    return replace(user, software_token=replace(token, secret=sealed)), secret


def verify(  # noqa: PLR0913 - one fact each
    services: Services, pool: Pool, user: User, code: Secret, now: int, *, device_name: str | None = None
) -> User:
    """The user with a verified token; the code is spent by that.

    Raises:
        SoftwareTokenMFANotFoundException: the pool has software tokens off, or none is registered.
        EnableSoftwareTokenMFAException: the code is wrong, or was used before.
    """
    token = user.software_token
    if not pool.is_software_token_enabled or token is None:
        raise api.errors.SoftwareTokenMFANotFoundException(
            "Software Token MFA has not been enabled by the userPool"
        )
    secret = _newest(services, user)
    step = totp.matching_step(secret, code.reveal(), now)
    is_same = secret == secret_of(services, user)
    if step is None or (is_same and step <= token.last_step):
        raise api.errors.EnableSoftwareTokenMFAException("Code mismatch and fail enable Software Token MFA")
    verified = SoftwareToken(
        secret=_sealed(services, user, secret), is_verified=True, last_step=step, device_name=device_name
    )
    return replace(user, software_token=verified, modified=now)


def secret_of(services: Services, user: User) -> Secret:
    """The secret (base32) whose codes count; the user has a token."""
    return Secret(_opened(services, user)[0])


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of one factor."""

    factor: MfaFactor
    is_enabled: bool
    is_preferred: bool


def prefer(pool: Pool, user: User, wishes: Sequence[Wish], now: int) -> User:
    """The user with some factors switched on or off; factors without a wish stay.

    Raises:
        InvalidParameterException: a factor the user does not have, or two that come first.
    """
    if sum(wish.is_preferred for wish in wishes) > 1:
        raise api.errors.InvalidParameterException("Only one MFA factor can be the preferred one.")
    enabled, preferred = list(user.mfa_enabled), user.mfa_preferred
    for wish in wishes:
        if wish.is_preferred and not wish.is_enabled:
            raise api.errors.InvalidParameterException(f"{wish.factor} is preferred, but not enabled.")
        if wish.is_enabled:
            _require_usable(pool, user, wish.factor)
        enabled = [factor for factor in enabled if factor != wish.factor]
        enabled += [wish.factor] if wish.is_enabled else []
        if wish.is_preferred:
            preferred = wish.factor
        elif preferred == wish.factor:
            preferred = None
    return replace(user, mfa_enabled=tuple(enabled), mfa_preferred=preferred, modified=now)


def with_options(user: User, options: Sequence[api.MFAOptionType], now: int) -> User:
    """The user with SMS codes on for an attribute (SetUserSettings), or off for an empty list.

    Raises:
        InvalidParameterException: it is not SMS to a phone number that the user has.
    """
    for option in options:
        if option.delivery_medium != "SMS" or option.attribute_name != "phone_number":
            raise api.errors.InvalidParameterException("MFA options are SMS to phone_number only.")
    if options and not user.attributes.get("phone_number"):
        raise api.errors.InvalidParameterException(
            "User does not have delivery config set to turn on SMS_MFA"
        )
    others: list[MfaFactor] = [factor for factor in user.mfa_enabled if factor != "SMS_MFA"]
    enabled, preferred = tuple(others), user.mfa_preferred
    if options:
        enabled = (*others, "SMS_MFA")
    elif preferred == "SMS_MFA":
        preferred = None
    listed = tuple(option.attribute_name for option in options if option.attribute_name)
    return replace(user, mfa_options=listed, mfa_enabled=enabled, mfa_preferred=preferred, modified=now)


def without_software_token(user: User, now: int) -> User:
    """The user after the software token was taken away."""
    enabled = tuple(factor for factor in user.mfa_enabled if factor != "SOFTWARE_TOKEN_MFA")
    preferred = user.mfa_preferred if user.mfa_preferred in enabled else None
    return replace(user, software_token=None, mfa_enabled=enabled, mfa_preferred=preferred, modified=now)


def _require_usable(pool: Pool, user: User, factor: MfaFactor) -> None:
    if factor == "SOFTWARE_TOKEN_MFA":
        if user.software_token is None or not user.software_token.is_verified:
            raise api.errors.InvalidParameterException("User has not set up software token mfa")
        return
    is_sms = factor == "SMS_MFA"
    configuration = pool.sms_mfa_configuration if is_sms else pool.email_mfa_configuration
    if configuration is None:
        raise api.errors.InvalidParameterException(f"{factor} has not been enabled by the userPool")
    if not user.attributes.get("phone_number" if is_sms else "email"):
        raise api.errors.InvalidParameterException(
            f"User does not have delivery config set to turn on {factor}"
        )


def _newest(services: Services, user: User) -> Secret:
    return Secret(_opened(services, user)[-1])


def _sealed(services: Services, user: User, *secrets: Secret) -> bytes:
    data = _SEPARATOR.join(secret.reveal().encode() for secret in secrets)
    return services.sealer.seal(_PURPOSE, data, _context(user))


def _opened(services: Services, user: User) -> list[str]:
    if user.software_token is None:
        raise AssertionError("asked for the secret of a user without software token")
    data = services.sealer.open(_PURPOSE, user.software_token.secret, _context(user))
    return [part.decode() for part in data.split(_SEPARATOR)]


def _context(user: User) -> bytes:
    return f"{user.pool}/{user.sub}".encode()
