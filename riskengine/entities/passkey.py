"""A passkey of a user (WebAuthn credential)."""

from msgspec import Struct


class Passkey(Struct, frozen=True, kw_only=True):
    """A registered public key; `id` is the credential id in base64url, `public_key` in COSE form."""

    pool: str
    sub: str
    id: str
    created: int
    name: str
    relying_party: str
    public_key: bytes
    sign_count: int = 0
    attachment: str | None = None
    transports: tuple[str, ...] = ()
    version: int = 0
