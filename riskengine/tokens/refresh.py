"""Refresh tokens: opaque random text, of which storage keeps only a hash."""

import re
import secrets
from hashlib import sha256

from riskengine.base.secret import Secret

_SIZE = 48
_FORM = re.compile(r"[A-Za-z0-9_-]{64}")


class InvalidRefreshTokenError(ValueError):
    """Text that was never a refresh token of ours."""


def new_refresh_token() -> tuple[Secret, bytes]:
    """A token of 64 characters (384 random bits), and its hash."""
    token = Secret(secrets.token_urlsafe(_SIZE))
    return token, hash_of(token)


def hash_of(token: Secret) -> bytes:
    """The 32 bytes storage knows a token by; InvalidRefreshTokenError for what can't be one."""
    text = token.reveal()
    if not _FORM.fullmatch(text):
        raise InvalidRefreshTokenError("Invalid Refresh Token")
    # So much chance needs no key and no slow hash.
    return sha256(text.encode()).digest()
