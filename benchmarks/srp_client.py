"""The client's half of a password proof by SRP, for the load generator: one costly power an exchange."""

import json
import secrets
from base64 import b64decode, b64encode
from hashlib import sha256
from hmac import digest
from typing import Any

from riskengine.base.clock import SystemClock
from riskengine.credentials.claim_time import format_timestamp
from riskengine.credentials.group import EXPONENT_BITS, N, pad, power, power_of_generator
from riskengine.credentials.srp import MULTIPLIER, pool_name


def new_private() -> int:
    """A client's secret exponent; the benchmark keeps one for each user."""
    return 1 + secrets.randbelow(2**EXPONENT_BITS - 1)


def public_hex(private: int) -> str:
    """SRP_A as it is sent."""
    return f"{power_of_generator(private):x}"


class Prover:
    """One user's proofs. What depends only on user and salt is computed once, as long as the salt stays."""

    def __init__(self, pool: str, client: str, password: str, private: str) -> None:
        self._group = pool_name(pool)
        self._client = client
        self._password = password
        self._private = int(private, 16)
        self._public = power_of_generator(self._private)
        self._known: tuple[str, str, int, int] = ("", "", 0, 0)

    def answer(self, challenge: bytes) -> bytes:
        """The body of RespondToAuthChallenge for the answer of InitiateAuth."""
        told = json.loads(challenge)
        given: dict[str, Any] = told["ChallengeParameters"]
        user, block = given["USER_ID_FOR_SRP"], given["SECRET_BLOCK"]
        timestamp = format_timestamp(SystemClock().now())
        key = self._key(user, given["SALT"], int(given["SRP_B"], 16))
        signed = f"{self._group}{user}".encode() + b64decode(block) + timestamp.encode()
        members = {
            "ClientId": self._client,
            "ChallengeName": told["ChallengeName"],
            "Session": told.get("Session"),
            "ChallengeResponses": {
                "USERNAME": given["USERNAME"],
                "PASSWORD_CLAIM_SECRET_BLOCK": block,
                "PASSWORD_CLAIM_SIGNATURE": b64encode(digest(key, signed, "sha256")).decode(),
                "TIMESTAMP": timestamp,
            },
        }
        return json.dumps({name: value for name, value in members.items() if value is not None}).encode()

    def _key(self, user: str, salt: str, public: int) -> bytes:
        """The 16 bytes that only who knows the password can derive."""
        if self._known[:2] != (user, salt):
            inner = sha256(f"{self._group}{user}:{self._password}".encode()).digest()
            secret = _hash(pad(int(salt, 16)) + inner)
            self._known = (user, salt, secret, MULTIPLIER * power_of_generator(secret) % N)
        _, _, secret, masked = self._known
        scramble = _hash(pad(self._public) + pad(public))
        shared = power((public - masked) % N, self._private + scramble * secret)
        extracted = digest(pad(scramble), pad(shared), "sha256")
        return digest(extracted, b"Caldera Derived Key\x01", "sha256")[:16]


def _hash(data: bytes) -> int:
    return int.from_bytes(sha256(data).digest(), "big")
