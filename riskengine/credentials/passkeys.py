"""Passkeys (W3C WebAuthn level 2): options for the browser, and checks of what it answers.

The library is imported at the first use: it costs a sixth of a second at start.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

CHALLENGE_SIZE = 32
_LONGEST = 65_536  # characters of a credential as JSON
_LONGEST_ID = 512  # characters of a credential id that a store can hold as a key

UserVerification = Literal["preferred", "required"]
Fault = Literal["malformed", "challenge", "origin", "relying_party", "unsupported", "signature"]


class PasskeyError(ValueError):
    """What a browser answered is not good; `fault` says in which way."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault: Fault = fault


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Who asks: the id is a domain that the pages' origins belong to."""

    id: str
    name: str
    user_verification: UserVerification


@dataclass(frozen=True, slots=True)
class Registration:
    """A new passkey; `id` is base64url, `public_key` COSE."""

    id: str
    public_key: bytes
    sign_count: int
    attachment: str | None
    transports: tuple[str, ...]


def creation_options(
    party: RelyingParty, user: tuple[str, str], challenge: bytes, known: Sequence[str]
) -> dict[str, Any]:
    """PublicKeyCredentialCreationOptions as JSON; `user` is (handle, name), `known` are there already."""
    handle, name = user
    return {
        "rp": {"id": party.id, "name": party.name},
        "user": {"id": to_text(handle.encode()), "name": name, "displayName": name},
        "challenge": to_text(challenge),
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}, {"type": "public-key", "alg": -257}],
        "timeout": 60_000,
        "excludeCredentials": [{"type": "public-key", "id": each} for each in known],
        "authenticatorSelection": {
            "requireResidentKey": True,
            "residentKey": "required",
            "userVerification": party.user_verification,
        },
        "attestation": "none",
    }


def request_options(party: RelyingParty, challenge: bytes, known: Sequence[str]) -> dict[str, Any]:
    """PublicKeyCredentialRequestOptions as JSON, for one of the `known` ids."""
    return {
        "challenge": to_text(challenge),
        "timeout": 60_000,
        "rpId": party.id,
        "allowCredentials": [{"type": "public-key", "id": each} for each in known],
        "userVerification": party.user_verification,
    }


def read_credential(given: object) -> dict[str, Any]:
    """What the browser answered: an object, or the JSON text of one.

    Raises:
        PasskeyError: it is neither, or absurdly long.
    """
    try:
        if isinstance(given, str):
            given = json.loads(given) if len(given) <= _LONGEST else None
        if not isinstance(given, dict) or len(json.dumps(given)) > _LONGEST:
            raise PasskeyError("malformed")
    except (ValueError, RecursionError):
        raise PasskeyError("malformed") from None
    return given


def check_registration(credential: dict[str, Any], party: RelyingParty, challenge: bytes) -> Registration:
    """The passkey that was made for this challenge.

    Raises:
        PasskeyError: it is not good.
    """
    from webauthn import verify_registration_response  # noqa: PLC0415 - see above
    from webauthn.helpers.cose import COSEAlgorithmIdentifier as Algorithm  # noqa: PLC0415 - as above

    origin = _origin(credential, party, challenge, "webauthn.create")
    try:
        verified = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=origin,
            require_user_verification=party.user_verification == "required",
            supported_pub_key_algs=[Algorithm.ECDSA_SHA_256, Algorithm.RSASSA_PKCS1_v1_5_SHA_256],
        )
    except Exception as error:  # noqa: BLE001 - the parser is fed by strangers, and raises of every kind
        raise PasskeyError(_fault(error)) from None
    identifier = to_text(verified.credential_id)
    if len(identifier) > _LONGEST_ID:
        raise PasskeyError("unsupported")
    response = credential.get("response")
    transports = response.get("transports") if isinstance(response, dict) else None
    attachment = credential.get("authenticatorAttachment")
    return Registration(
        id=identifier,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        attachment=attachment if attachment in {"platform", "cross-platform"} else None,
        transports=tuple(str(each)[:32] for each in transports[:8]) if isinstance(transports, list) else (),
    )


def check_assertion(
    credential: dict[str, Any], party: RelyingParty, challenge: bytes, public_key: bytes, sign_count: int
) -> tuple[int, bool]:
    """(the authenticator's new sign count, whether it verified its user), for a signature that holds.

    Raises:
        PasskeyError: it does not hold.
    """
    from webauthn import verify_authentication_response  # noqa: PLC0415 - see above

    origin = _origin(credential, party, challenge, "webauthn.get")
    try:
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
            require_user_verification=party.user_verification == "required",
        )
    except Exception as error:  # noqa: BLE001 - as above
        raise PasskeyError(_fault(error)) from None
    return verified.new_sign_count, verified.user_verified


def is_origin_of(origin: str, party_id: str) -> bool:
    """Whether a page may use the party's passkeys: https on its domain or below, http on localhost only."""
    scheme, separator, rest = origin.partition("://")
    host = rest.partition(":")[0].lower()
    if not separator or "/" in rest or "@" in rest or not host:
        return False
    is_inside = host == party_id or host.endswith(f".{party_id}")
    return is_inside and (scheme == "https" or (scheme == "http" and party_id == "localhost"))


def to_text(data: bytes) -> str:
    """Base64url without padding, as WebAuthn's JSON has bytes."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def from_text(text: str) -> bytes:
    """Bytes of base64url; PasskeyError for anything else."""
    try:
        return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (UnicodeEncodeError, Base64Error):
        raise PasskeyError("malformed") from None


def _origin(credential: dict[str, Any], party: RelyingParty, challenge: bytes, type_: str) -> str:
    """The origin that the browser names, after type, challenge and domain were seen to be right."""
    response = credential.get("response")
    text = response.get("clientDataJSON") if isinstance(response, dict) else None
    try:
        data = json.loads(from_text(text)) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        raise PasskeyError("malformed") from None
    if not isinstance(data, dict) or data.get("type") != type_:
        raise PasskeyError("malformed")
    if data.get("challenge") != to_text(challenge):
        raise PasskeyError("challenge")
    origin = data.get("origin")
    if not isinstance(origin, str) or not is_origin_of(origin, party.id):
        raise PasskeyError("origin")
    return origin


def _fault(error: Exception) -> Fault:
    text = str(error).lower()
    if "rp id" in text:
        return "relying_party"
    if "algorithm" in text or "attestation" in text:
        return "unsupported"
    return "signature"
