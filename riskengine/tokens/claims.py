"""What ID and access tokens say: claim sets as Cognito writes them, from plain facts."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from riskengine.base.secret import Secret

Claims = dict[str, Any]

SELF_SERVICE_SCOPE = "aws.cognito.signin.user.admin"
_BOOLEAN_ATTRIBUTES = frozenset({"email_verified", "phone_number_verified"})


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom the tokens speak of; `attributes` are those the client may read, as stored."""

    sub: str
    username: str
    attributes: Mapping[str, str]
    groups: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    preferred_role: str | None = None
    identities: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Grant:
    """The sign-in the tokens grow from; times in epoch seconds.

    Without `origin_jti` (revocation is off) tokens carry no `jti` either. `is_oauth` marks grants
    of the authorization server, whose access tokens have a version.
    """

    issuer: str
    client_id: str
    auth_time: int
    issued_at: int
    event_id: str | None = None
    origin_jti: str | None = None
    scopes: tuple[str, ...] = (SELF_SERVICE_SCOPE,)
    device_key: str | None = None
    nonce: str | None = None
    is_oauth: bool = False


def id_claims(subject: Subject, grant: Grant, jti: str, expires: int, at_hash: str | None = None) -> Claims:
    """The ID token's claims; `expires` in epoch seconds."""
    claims: Claims = {name: _attribute(name, value) for name, value in subject.attributes.items()}
    claims |= _shared("id", subject.sub, grant, jti, expires)
    claims |= {"aud": grant.client_id, "cognito:username": subject.username}
    return claims | _present(
        {
            "cognito:groups": list(subject.groups),
            "cognito:roles": list(subject.roles),
            "cognito:preferred_role": subject.preferred_role,
            "identities": [dict(identity) for identity in subject.identities],
            "nonce": grant.nonce,
            "at_hash": at_hash,
        }
    )


def access_claims(subject: Subject, grant: Grant, jti: str, expires: int) -> Claims:
    """The access token's claims; `expires` in epoch seconds."""
    claims = _shared("access", subject.sub, grant, jti, expires)
    claims |= {"client_id": grant.client_id, "scope": " ".join(grant.scopes), "username": subject.username}
    return claims | _present(
        {
            "cognito:groups": list(subject.groups),
            "device_key": grant.device_key,
            "version": 2 if grant.is_oauth else None,
        }
    )


def machine_claims(grant: Grant, jti: str, expires: int) -> Claims:
    """The access token of a client that speaks for itself (client_credentials)."""
    claims = _shared("access", grant.client_id, grant, jti, expires) | {"jti": jti}
    return claims | {"client_id": grant.client_id, "scope": " ".join(grant.scopes), "version": 2}


def access_token_hash(token: Secret) -> str:
    """The `at_hash` that ties an ID token to an access token (OpenID Connect Core 3.1.3.6)."""
    return urlsafe_b64encode(sha256(token.reveal().encode()).digest()[:16]).rstrip(b"=").decode()


def _shared(token_use: str, sub: str, grant: Grant, jti: str, expires: int) -> Claims:
    claims: Claims = {
        "sub": sub,
        "iss": grant.issuer,
        "token_use": token_use,
        "auth_time": grant.auth_time,
        "iat": grant.issued_at,
        "exp": expires,
    }
    revocable = {"origin_jti": grant.origin_jti, "jti": jti} if grant.origin_jti else {}
    return claims | revocable | _present({"event_id": grant.event_id})


def _attribute(name: str, value: str) -> str | bool:
    return value.lower() == "true" if name in _BOOLEAN_ATTRIBUTES else value


def _present(claims: Claims) -> Claims:
    return {name: value for name, value in claims.items() if value}
