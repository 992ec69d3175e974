"""Cognito's variant of SRP-6a as the server sees it; devices use it too, with other names."""

import re
import secrets
from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest, digest
from typing import Self

from riskengine.base.secret import Secret
from riskengine.credentials.comparison import equals_any
from riskengine.credentials.group import (
    EXPONENT_BITS,
    GENERATOR,
    SIZE,
    N,
    pad,
    power,
    power_of_generator,
)

_HEX = re.compile(r"[0-9A-Fa-f]+")
_LONGEST_PUBLIC = 2 * (SIZE + 1)
_SECRET_SIZE = EXPONENT_BITS // 8
_KEY_SIZE = 16
_KEY_INFO = b"Caldera Derived Key\x01"
_SIGNATURE_SIZE = 32
_LONGEST_SIGNATURE = 64


class SrpError(ValueError):
    """A value no honest client sends: malformed, out of range or degenerate."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose secret it is: pool name and user id, or device group key and device key."""

    group: str
    name: str


@dataclass(frozen=True, slots=True)
class Challenge:
    """The server's half of one exchange; `public` goes to the client, the rest is sealed."""

    public: int
    secret: int = field(repr=False)
    is_negated: bool = field(repr=False)

    @property
    def public_hex(self) -> str:
        """SRP_B as it is sent: lower-case hex."""
        return f"{self.public:x}"

    def to_bytes(self) -> bytes:
        """417 bytes to be sealed."""
        sign = b"\x01" if self.is_negated else b"\x00"
        return sign + self.secret.to_bytes(_SECRET_SIZE, "big") + self.public.to_bytes(SIZE, "big")

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """What `to_bytes` wrote; SrpError for another length."""
        if len(data) != 1 + _SECRET_SIZE + SIZE:
            raise SrpError("challenge of a wrong length")
        secret, public = data[1 : 1 + _SECRET_SIZE], data[1 + _SECRET_SIZE :]
        return cls(int.from_bytes(public, "big"), int.from_bytes(secret, "big"), is_negated=bool(data[0]))


@dataclass(frozen=True, slots=True)
class Claim:
    """What a client says to have proved: the block as bytes, the other two as sent."""

    secret_block: bytes
    timestamp: str
    signature: str


def _hash(data: bytes) -> int:
    return int.from_bytes(sha256(data).digest(), "big")


MULTIPLIER = _hash(pad(N) + pad(GENERATOR))


def pool_name(pool_id: str) -> str:
    """What follows the underscore of a pool id."""
    return pool_id.partition("_")[2]


def new_salt() -> str:
    """16 random bytes as hex; clients disagree on a leading zero byte, so there is none."""
    return bytes([1 + secrets.randbelow(255), *secrets.token_bytes(15)]).hex()


def salt_hex(data: bytes) -> str:
    """A device's salt bytes as the hex every client hashes alike."""
    return f"{int.from_bytes(data, 'big'):x}"


def _private_key(identity: Identity, password: Secret, salt: str) -> int:
    # A lone surrogate is a wrong password, not a crash.
    text = f"{identity.group}{identity.name}:{password.reveal()}".encode("utf-8", "surrogatepass")
    return _hash(pad(int(salt, 16)) + sha256(text).digest())


def new_verifier(identity: Identity, password: Secret, salt: str) -> bytes:
    """The 384 bytes that prove a password later; as secret as a password hash.

    Args:
        identity: whose password it is; renaming either part invalidates the verifier.
        password: any text, hashed as UTF-8 without normalisation.
        salt: hex, from `new_salt`.
    """
    return power_of_generator(_private_key(identity, password, salt)).to_bytes(SIZE, "big")


def read_verifier(data: bytes) -> bytes:
    """A device's own verifier, brought to 384 bytes; SrpError outside 2..N-2."""
    if len(data) > SIZE + 1:
        raise SrpError("verifier out of range")
    number = int.from_bytes(data, "big")
    if not 1 < number < N - 1:
        raise SrpError("verifier out of range")
    return number.to_bytes(SIZE, "big")


def proves(identity: Identity, password: Secret, salt: str, verifier: bytes) -> bool:
    """Whether the password is the verifier's; 0.1 ms, constant-time comparison."""
    return compare_digest(new_verifier(identity, password, salt), verifier)


def read_public(text: str) -> int:
    """SRP_A from hex; SrpError for malformed, oversize or degenerate values."""
    if len(text) > _LONGEST_PUBLIC or not _HEX.fullmatch(text):
        raise SrpError("SRP_A is not hexadecimal of at most 3072 bits")
    number = int(text, 16)
    if not 0 < number < N:
        raise SrpError("SRP_A out of range")
    return number


def begin(verifier: bytes) -> Challenge:
    """A fresh challenge against a verifier.

    2 is a square modulo N, and so would be every power of it: each SRP_B given to a stranger
    would let him cross out half of a list of guessed passwords at home. A coin flipped into the
    sign hides that; the client computes as ever, and the server tries both signs.
    """
    secret = 1 + secrets.randbelow(2**EXPONENT_BITS - 1)
    challenge = challenge_of(verifier, secret, is_negated=bool(secrets.randbits(1)))
    return challenge if challenge.public else begin(verifier)


def challenge_of(verifier: bytes, secret: int, *, is_negated: bool) -> Challenge:
    """The challenge of a given secret exponent: B = k v + g^b, or k v - g^b if negated."""
    own = power_of_generator(secret)
    masked = MULTIPLIER * int.from_bytes(verifier, "big")
    public = (masked - own if is_negated else masked + own) % N
    return Challenge(public, secret, is_negated)


def _derive(shared: int, scramble: int) -> bytes:
    extracted = digest(pad(scramble), pad(shared), "sha256")
    return digest(extracted, _KEY_INFO, "sha256")[:_KEY_SIZE]


def session_keys(client_public: int, challenge: Challenge, verifier: bytes) -> tuple[bytes, ...]:
    """The 16-byte keys an honest client can have: one, or two if the challenge is negated.

    Args:
        client_public: SRP_A, from `read_public`.
        challenge: what `begin` gave.
        verifier: the one the challenge was made for.
    """
    if not client_public % N:
        raise SrpError("SRP_A out of range")
    scramble = _hash(pad(client_public) + pad(challenge.public))
    if not scramble:
        raise SrpError("SRP_A and SRP_B cancel out")
    base = client_public * power(int.from_bytes(verifier, "big"), scramble) % N
    shared = power(base, challenge.secret)
    candidates = (shared, N - shared) if challenge.is_negated else (shared,)
    return tuple(_derive(each, scramble) for each in candidates)


def claim_signature(key: bytes, identity: Identity, secret_block: bytes, timestamp: str) -> bytes:
    """The 32 bytes that whoever has the key signs a claim with."""
    named = f"{identity.group}{identity.name}".encode("utf-8", "surrogatepass")
    return digest(key, named + secret_block + timestamp.encode("utf-8", "surrogatepass"), "sha256")


def holds(claim: Claim, identity: Identity, keys: tuple[bytes, ...]) -> bool:
    """Whether the claim is signed with one of the keys; looks at all of them."""
    given = _read_signature(claim.signature)
    if given is None:
        return False
    expected = (claim_signature(key, identity, claim.secret_block, claim.timestamp) for key in keys)
    return equals_any(given, expected)


def _read_signature(text: str) -> bytes | None:
    if len(text) > _LONGEST_SIGNATURE:
        return None
    try:
        data = b64decode(text, validate=True)
    except (Base64Error, ValueError):
        return None
    return data if len(data) == _SIGNATURE_SIZE else None
