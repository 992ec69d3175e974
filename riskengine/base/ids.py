"""Identifiers and random text from the operating system's generator."""

import secrets
import string

_ALPHANUMERIC = string.ascii_letters + string.digits
_LOWER = string.ascii_lowercase + string.digits


def new_uuid() -> str:
    """A random UUID (RFC 9562, version 4)."""
    # By hand: a sign-in makes five, and the library's own take twice the time.
    raw = bytearray(secrets.token_bytes(16))
    raw[6] = raw[6] & 0x0F | 0x40
    raw[8] = raw[8] & 0x3F | 0x80
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def new_text(length: int) -> str:
    """Random letters and digits; 5.95 bits each."""
    return "".join(secrets.choice(_ALPHANUMERIC) for _ in range(length))


def new_lower(length: int) -> str:
    """Random lower-case letters and digits; 5.17 bits each."""
    return "".join(secrets.choice(_LOWER) for _ in range(length))


def new_pool_id(region: str) -> str:
    """A pool id as Cognito forms it: region, underscore, nine characters."""
    return f"{region}_{new_text(9)}"


def new_client_id() -> str:
    """An app client id: 26 lower-case characters, as Cognito forms it."""
    return new_lower(26)


def new_client_secret() -> str:
    """An app client secret: 51 lower-case characters, as Cognito forms it."""
    return new_lower(51)


def new_process(now: int) -> str:
    """A name for a process that nobody else has; later ones sort after earlier ones."""
    return f"{max(now, 0):015x}-{new_text(8)}"
