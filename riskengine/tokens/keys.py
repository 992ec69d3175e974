"""RSA keys that sign tokens: each pool has one for ID and another for access tokens."""

import json
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    RSAPublicNumbers,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

_BITS = 2048
_EXPONENT = 65537


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key and its id; keep the object, loading it again costs time."""

    kid: str
    private: RSAPrivateKey = field(repr=False)

    @property
    def public(self) -> RSAPublicKey:
        """The half that verifies."""
        return self.private.public_key()


@dataclass(frozen=True, slots=True)
class PoolKeys:
    """The two keys a pool signs with now."""

    id: SigningKey
    access: SigningKey


def new_signing_key() -> SigningKey:
    """A fresh RSA-2048 key; takes tens to hundreds of milliseconds, off the interpreter lock."""
    return _named(generate_private_key(_EXPONENT, _BITS))


def new_pool_keys() -> PoolKeys:
    """Two fresh keys."""
    return PoolKeys(id=new_signing_key(), access=new_signing_key())


def to_pem(key: SigningKey) -> bytes:
    """The private key in the clear (PKCS #8): to be sealed before it is stored."""
    return key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def from_pem(pem: bytes) -> SigningKey:
    """A key that `to_pem` wrote; its kid follows from it. ValueError or TypeError for anything else."""
    # Sealed keys are authentic, so the 40 ms check of their arithmetic is left out.
    private = load_pem_private_key(pem, password=None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(private, RSAPrivateKey):
        raise TypeError("a signing key is an RSA key")
    return _named(private)


def jwk(kid: str, public: RSAPublicKey) -> dict[str, str]:
    """A public key as a JSON web key (RFC 7517)."""
    return {"alg": "RS256", "kid": kid, "use": "sig", **_public_members(public)}


def public_of(jwk: Mapping[str, str]) -> RSAPublicKey:
    """The key that a JSON web key of ours describes."""
    return RSAPublicNumbers(_number(jwk["e"]), _number(jwk["n"])).public_key()


def jwks(keys: Iterable[SigningKey]) -> dict[str, list[dict[str, str]]]:
    """The key set a pool publishes; retired keys stay in it until their tokens expire."""
    return {"keys": [jwk(key.kid, key.public) for key in keys]}


def _named(private: RSAPrivateKey) -> SigningKey:
    # The thumbprint of RFC 7638, in the plain base64 that Cognito's key ids look like.
    members = _public_members(private.public_key())
    canonical = json.dumps(members, separators=(",", ":"), sort_keys=True)
    return SigningKey(b64encode(sha256(canonical.encode()).digest()).decode(), private)


def _public_members(public: RSAPublicKey) -> dict[str, str]:
    numbers = public.public_numbers()
    return {"e": _integer(numbers.e), "kty": "RSA", "n": _integer(numbers.n)}


def _number(text: str) -> int:
    return int.from_bytes(urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")


def _integer(number: int) -> str:
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return urlsafe_b64encode(data).rstrip(b"=").decode()
