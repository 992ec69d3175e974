"""Identifiers and random text from the operating system's generator."""

import secrets
import string
import uuid

_ALPHANUMERIC = string.ascii_letters + string.digits
_LOWER = string.ascii_lowercase + string.digits


def new_uuid() -> str:
    """A random UUID (RFC 9562, version 4)."""
    return str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))


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
