"""Keys: those that sign tokens, and those that operators sign requests with."""

from typing import Literal

from msgspec import Struct


class SigningKey(Struct, frozen=True, kw_only=True):
    """A pool's RS256 key pair for one kind of token; the private part is sealed."""

    pool: str
    kid: str
    use: Literal["id", "access", "saml"]
    private: bytes
    public_jwk: dict[str, str]
    created: int
    is_active: bool = True
    certificate: bytes | None = None  # X.509 in DER, of the key that signs SAML requests


class AccessKey(Struct, frozen=True, kw_only=True):
    """An operator's SigV4 key; the secret is sealed."""

    id: str
    secret: bytes
    created: int
    description: str = ""
    operations: tuple[str, ...] = ("*",)  # patterns of what it may call
    pools: tuple[str, ...] = ("*",)  # patterns of the pools it may touch
    is_active: bool = True
