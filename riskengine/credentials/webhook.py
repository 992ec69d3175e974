"""Signatures of the calls that we make, by the Standard Webhooks convention (standardwebhooks.com)."""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from hmac import digest

from riskengine.base.secret import Secret

_PREFIX = "whsec_"


def webhook_key(secret: Secret) -> bytes:
    """The key of a `whsec_` secret (base64), or of any other text, which is taken as it is."""
    text = secret.reveal()
    if not text.startswith(_PREFIX):
        return text.encode()
    try:
        return b64decode(text.removeprefix(_PREFIX), validate=True)
    except (Base64Error, ValueError):
        raise ValueError("webhook_secret starts with whsec_ but is not base64") from None


def webhook_headers(key: bytes, message_id: str, seconds: int, body: bytes) -> dict[str, str]:
    """Id, time (epoch seconds) and signature of a body: the receiver can tell a repeat and a forgery."""
    signed = f"{message_id}.{seconds}.".encode() + body
    signature = b64encode(digest(key, signed, "sha256")).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": f"v1,{signature}",
    }
