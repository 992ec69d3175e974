"""SECRET_HASH: how a client with a secret shows that it has it."""

from base64 import b64encode
from collections.abc import Iterable
from hmac import digest

from riskengine.base.secret import Secret
from riskengine.credentials.comparison import equals_any


def secret_hash(secret: Secret, username: str, client_id: str) -> str:
    """Base64 of HMAC-SHA256 over user name and client id."""
    message = f"{username}{client_id}".encode("utf-8", "surrogatepass")
    return b64encode(digest(secret.reveal().encode(), message, "sha256")).decode()


def is_secret_hash(given: str, secrets: Iterable[Secret], username: str, client_id: str) -> bool:
    """Whether it is the hash under one of a client's secrets; looks at all of them."""
    text = given.encode("utf-8", "surrogatepass")
    expected = (secret_hash(secret, username, client_id).encode() for secret in secrets)
    return equals_any(text, expected)
