"""Identifiers and random text from the operating system's generator."""

import os
import secrets
import string

_ALPHANUMERIC = string.ascii_letters + string.digits
_LOWER = string.ascii_lowercase + string.digits
_UUID_BYTES = 16
_AT_ONCE = 256  # random numbers fetched with one call of the system

_drawn: list[bytes] = []  # for UUIDs only: they name things, and open nothing
os.register_at_fork(after_in_child=_drawn.clear)


def new_uuid() -> str:
    """A random UUID (RFC 9562, version 4)."""
    # By hand: a sign-in makes five, and each call of the system lets go of the interpreter lock, which then
    # has to be waited for.
    try:
        raw = bytearray(_drawn.pop())
    except IndexError:
        raw = bytearray(_draw())
    raw[6] = raw[6] & 0x0F | 0x40
    raw[8] = raw[8] & 0x3F | 0x80
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _draw() -> bytes:
    """Sixteen random bytes, and many more for later."""
    fetched = secrets.token_bytes(_UUID_BYTES * _AT_ONCE)
    first, *others = (fetched[n : n + _UUID_BYTES] for n in range(0, len(fetched), _UUID_BYTES))
    _drawn.extend(others)
    return first


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
