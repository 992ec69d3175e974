"""Passkeys of a user: registered, listed, deleted; at most twenty."""

import secrets
from typing import Any
from urllib.parse import urlsplit

from riskengine import api
from riskengine.base.clock import MINUTE
from riskengine.context.address import parse_address
from riskengine.credentials import passkeys
from riskengine.credentials.passkeys import PasskeyError, RelyingParty
from riskengine.entities import Passkey, Pool, SentCode, User
from riskengine.flows.first_factors import allowed
from riskengine.flows.services import Services
from riskengine.storage.errors import AlreadyExists
from riskengine.storage.interface import Reader

MOST = 20
_PURPOSE = "WebAuthnRegistration"
_LIFETIME = 5 * MINUTE

_ERRORS: dict[str, api.ApiError] = {
    "malformed": api.errors.InvalidParameterException("Credential is not a public-key credential as JSON"),
    "challenge": api.errors.WebAuthnChallengeNotFoundException("Challenge not found for the credential"),
    "origin": api.errors.WebAuthnOriginNotAllowedException("The origin is not one of the relying party's"),
    "relying_party": api.errors.WebAuthnRelyingPartyMismatchException(
        "The credential is of another relying party"
    ),
    "unsupported": api.errors.WebAuthnCredentialNotSupportedException(
        "The credential is of no supported kind"
    ),
    "signature": api.errors.InvalidParameterException("The credential could not be verified"),
}


def relying_party(services: Services, pool: Pool) -> RelyingParty:
    """Who asks for this pool's passkeys: as configured, else our issuer's host (localhost for a number)."""
    configuration = pool.web_authn_configuration or api.WebAuthnConfigurationType()
    host = urlsplit(services.tokens.issuer_of(pool.id)).hostname or "localhost"
    default = host if parse_address(host) is None else "localhost"
    return RelyingParty(
        id=configuration.relying_party_id or default,
        name=pool.description.name or pool.id,
        user_verification="required" if configuration.user_verification == "required" else "preferred",
    )


async def start_registration(services: Services, pool: Pool, user: User, now: int) -> dict[str, Any]:
    """Options for navigator.credentials.create(); good once, for five minutes.

    Raises:
        WebAuthnNotEnabledException: the pool's sign-in policy has no passkeys.
        LimitExceededException: the user has twenty.
    """
    _require_enabled(pool)
    known = await of_user(services.storage, pool, user)
    if len(known) >= MOST:
        raise api.errors.LimitExceededException(f"A user has at most {MOST} passkeys.")
    challenge = secrets.token_bytes(passkeys.CHALLENGE_SIZE)
    async with services.storage.transaction() as tx:
        before = await tx.codes.find(pool.id, user.sub, _PURPOSE)
        waiting = SentCode(
            pool=pool.id,
            subject=user.sub,
            purpose=_PURPOSE,
            digest=challenge,
            created=now,
            expires=now + _LIFETIME,
            version=before.version if before else 0,
        )
        tx.codes.save(waiting)
    party = relying_party(services, pool)
    return passkeys.creation_options(
        party, (user.sub, user.username), challenge, [passkey.id for passkey in known]
    )


async def complete_registration(
    services: Services, pool: Pool, user: User, given: object, now: int
) -> Passkey:
    """The passkey that the browser made for the options given before.

    Raises:
        ApiError: the challenge is gone, or the credential is not good.
    """
    _require_enabled(pool)
    party = relying_party(services, pool)
    try:
        async with services.storage.transaction() as tx:
            waiting = await tx.codes.find(pool.id, user.sub, _PURPOSE)
            if waiting is None or now >= waiting.expires:
                raise _ERRORS["challenge"]
            made = passkeys.check_registration(passkeys.read_credential(given), party, waiting.digest)
            passkey = Passkey(
                pool=pool.id,
                sub=user.sub,
                id=made.id,
                created=now,
                name=f"Passkey of {party.id}",
                relying_party=party.id,
                public_key=made.public_key,
                sign_count=made.sign_count,
                attachment=made.attachment,
                transports=made.transports,
            )
            tx.codes.delete(waiting)
            tx.passkeys.add(passkey)
    except PasskeyError as error:
        raise error_of(error) from None
    except AlreadyExists:
        raise api.errors.InvalidParameterException("The passkey is registered already") from None
    return passkey


async def of_user(reader: Reader, pool: Pool, user: User) -> list[Passkey]:
    """All of a user's passkeys."""
    return list(await reader.passkeys.list_(pool.id, user.sub, after="", limit=MOST))


def error_of(error: PasskeyError) -> api.ApiError:
    """The API's own word for what is wrong with a credential."""
    return _ERRORS[error.fault]


def _require_enabled(pool: Pool) -> None:
    if "WEB_AUTHN" not in allowed(pool):
        raise api.errors.WebAuthnNotEnabledException("Passkeys are not enabled for this user pool.")
