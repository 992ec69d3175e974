"""Numeric one-time codes; storage keeps a keyed digest bound to what the code is for."""

import secrets

from riskengine.base.secret import Secret
from riskengine.credentials.comparison import equals_any
from riskengine.credentials.seal import Sealer

DIGITS = 6
PASSWORDLESS_DIGITS = 8
_PURPOSE = "code"


def new_code(digits: int = DIGITS) -> Secret:
    """Random digits; passwordless sign-in uses 8 of them."""
    return Secret(f"{secrets.randbelow(10**digits):0{digits}}")


def code_digest(sealer: Sealer, code: Secret, context: str) -> bytes:
    """32 bytes for storage.

    Args:
        sealer: holds the key without which digits could be guessed from a digest.
        code: as made, or as typed.
        context: what it is for, e.g. pool, user and use; another context, another digest.
    """
    return sealer.digest(_PURPOSE, _message(code, context))


def is_code(sealer: Sealer, code: Secret, context: str, stored: bytes) -> bool:
    """Whether a typed code is the stored one; looks at the digests of all master keys."""
    return equals_any(stored, sealer.digests(_PURPOSE, _message(code, context)))


def _message(code: Secret, context: str) -> bytes:
    named = context.encode("utf-8", "surrogatepass")
    return len(named).to_bytes(4, "big") + named + code.reveal().encode("utf-8", "surrogatepass")
