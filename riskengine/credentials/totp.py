"""Codes of authenticator apps: RFC 6238 with SHA-1, 6 digits and steps of 30 seconds."""

import secrets
from base64 import b32decode, b32encode
from hmac import compare_digest, digest

from riskengine.base.clock import SECOND
from riskengine.base.secret import Secret

DIGITS = 6
STEP = 30 * SECOND
_SECRET_SIZE = 20


def new_secret() -> Secret:
    """160 random bits as 32 base32 characters, the SecretCode of the API."""
    return Secret(b32encode(secrets.token_bytes(_SECRET_SIZE)).decode())


def hotp(key: bytes, counter: int, digits: int = DIGITS) -> str:
    """The code of a counter (RFC 4226)."""
    mac = digest(key, counter.to_bytes(8, "big"), "sha1")
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**digits:0{digits}}"


def matching_step(secret: Secret, code: str, now: int, window: int = 1) -> int | None:
    """The step a code belongs to, or None; accept each step of a secret once only.

    Args:
        secret: base32, with or without padding.
        code: as typed; anything but 6 digits matches nothing.
        now: microseconds since the epoch.
        window: steps of 30 s allowed to be off, on either side.
    """
    text = secret.reveal()
    key = b32decode(text + "=" * (-len(text) % 8), casefold=True)
    given = code.encode("utf-8", "surrogatepass")
    current = now // STEP
    matching = None
    # All steps are computed and compared, whichever matches; a step before the epoch is none.
    for step in range(max(0, current - window), current + window + 1):
        if compare_digest(hotp(key, step).encode(), given):
            matching = step
    return matching
