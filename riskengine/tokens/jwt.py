"""Signing tokens and verifying access tokens: RS256 and nothing else, the clock an argument."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.api_jws import PyJWS
from jwt.exceptions import PyJWTError

from riskengine.base.clock import SECOND
from riskengine.base.secret import Secret
from riskengine.tokens.claims import SELF_SERVICE_SCOPE, Claims
from riskengine.tokens.keys import SigningKey

LONGEST_TOKEN = 16 * 1024
_LONGEST_HEADER = 512
_ALGORITHM = "RS256"
_ACCESS_USE = "access"
# ValueError stands for bad base64 and for text in JSON that is not UTF-8.
_MALFORMED = (msgspec.MsgspecError, ValueError, RecursionError)


class AccessTokenError(ValueError):
    """An access token that opens nothing; the text is the API's message."""

    message = "Invalid Access Token"

    def __init__(self) -> None:
        super().__init__(self.message)


class InvalidAccessTokenError(AccessTokenError):
    """Malformed, of another issuer, or not an access token."""


class UnverifiedAccessTokenError(AccessTokenError):
    """Signed by a key that is not the pool's, or changed."""

    message = "Could not verify signature for Access Token"


class ExpiredAccessTokenError(AccessTokenError):
    """Past its `exp`."""

    message = "Access Token has expired"


class RevokedAccessTokenError(AccessTokenError):
    """Signed out or revoked; for whoever knows the revocations."""

    message = "Access Token has been revoked"


class UnscopedAccessTokenError(AccessTokenError):
    """Lacks the scope an operation asks for."""

    message = "Access Token does not have required scopes"


class AccessToken(msgspec.Struct, frozen=True, kw_only=True):
    """A verified access token; times in epoch seconds."""

    sub: str
    issuer: str = msgspec.field(name="iss")
    token_use: str
    client_id: str
    auth_time: int
    issued_at: int = msgspec.field(name="iat")
    expires: int = msgspec.field(name="exp")
    username: str | None = None
    scope: str = ""
    jti: str | None = None
    origin_jti: str | None = None
    event_id: str | None = None
    device_key: str | None = None
    groups: tuple[str, ...] = msgspec.field(name="cognito:groups", default=())
    audience: Any = msgspec.field(name="aud", default=None)  # of a token for another service

    @property
    def scopes(self) -> frozenset[str]:
        """What the token may be used for."""
        return frozenset(self.scope.split())


class Unverified(NamedTuple):
    """What a token says of itself, to find the key with: believe nothing of it."""

    kid: str
    issuer: str


class _Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kid: str
    alg: str


class _Issued(msgspec.Struct, frozen=True):
    iss: str


class _Parts(NamedTuple):
    header: _Header
    payload: bytes


_header_decoder = msgspec.json.Decoder(_Header)
_issued_decoder = msgspec.json.Decoder(_Issued)
_claims_decoder = msgspec.json.Decoder(dict[str, Any])
_JWS = PyJWS([_ALGORITHM])
_access_decoder = msgspec.json.Decoder(AccessToken)


def sign(key: SigningKey, claims: Claims) -> Secret:
    """A signed token; 0.7 ms, off the interpreter lock."""
    payload = msgspec.json.encode(claims)
    # Cognito's header has no `typ`.
    return Secret(_JWS.encode(payload, key.private, _ALGORITHM, {"kid": key.kid, "typ": ""}))


def peek(token: Secret) -> Unverified:
    """The key id and issuer a token claims, unverified; InvalidAccessTokenError if malformed."""
    parts = _split(token)
    try:
        return Unverified(parts.header.kid, _issued_decoder.decode(parts.payload).iss)
    except _MALFORMED:
        raise InvalidAccessTokenError from None


def verify_access_token(
    token: Secret, keys: Mapping[str, RSAPublicKey], issuer: str, now: int
) -> AccessToken:
    """The token of an access-token operation, or the AccessTokenError that says why not.

    Args:
        token: as sent.
        keys: the pool's public keys by kid, retired ones included.
        issuer: the pool's `iss`.
        now: microseconds since the epoch.
    """
    payload = _verified_payload(token, keys)
    try:
        access = _access_decoder.decode(payload)
    except _MALFORMED:
        raise InvalidAccessTokenError from None
    if access.token_use != _ACCESS_USE or access.issuer != issuer:
        raise InvalidAccessTokenError
    # What was made for another service does not open the user's account here.
    if access.audience not in (None, access.client_id):
        raise InvalidAccessTokenError
    if now >= access.expires * SECOND:
        raise ExpiredAccessTokenError
    return access


def require_scope(token: AccessToken, scope: str = SELF_SERVICE_SCOPE) -> None:
    """UnscopedAccessTokenError unless the token has the scope."""
    if scope not in token.scopes:
        raise UnscopedAccessTokenError


def verified_claims(token: Secret, keys: Mapping[str, RSAPublicKey]) -> Claims:
    """All claims of a token of either use; signature checked, expiry and issuer left to the caller."""
    payload = _verified_payload(token, keys)
    try:
        return _claims_decoder.decode(payload)
    except _MALFORMED:
        raise InvalidAccessTokenError from None


def _verified_payload(token: Secret, keys: Mapping[str, RSAPublicKey]) -> bytes:
    parts = _split(token)
    key = keys.get(parts.header.kid)
    if key is None:
        raise UnverifiedAccessTokenError
    try:
        payload: bytes = _JWS.decode(token.reveal(), key, algorithms=[_ALGORITHM])
    except PyJWTError:
        raise UnverifiedAccessTokenError from None
    return payload


def _split(token: Secret) -> _Parts:
    text = token.reveal()
    if len(text) > LONGEST_TOKEN or not text.isascii():
        raise InvalidAccessTokenError
    pieces = text.encode().split(b".")
    if len(pieces) != 3 or len(pieces[0]) > _LONGEST_HEADER:
        raise InvalidAccessTokenError
    try:
        header = _header_decoder.decode(_decode(pieces[0]))
        payload, _ = _decode(pieces[1]), _decode(pieces[2])
    except _MALFORMED:
        raise InvalidAccessTokenError from None
    if header.alg != _ALGORITHM:
        raise InvalidAccessTokenError
    return _Parts(header, payload)


def _encode(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")


def _decode(text: bytes) -> bytes:
    data = urlsafe_b64decode(text + b"=" * (-len(text) % 4))
    # The library skips what is not base64; a token has one spelling.
    if _encode(data) != text:
        raise ValueError("not base64")
    return data
