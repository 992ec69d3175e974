"""Keys: those that sign tokens, and those that operators sign requests with."""

from typing import Literal

from msgspec import Struct


class SigningKey(Struct, frozen=True, kw_only=True):
    """A pool's RS256 key pair for one kind of token; the private part is sealed."""

    pool: str
    kid: str
    use: Literal["id", "access"]
    private: bytes
    public_jwk: dict[str, str]
    created: int
    is_active: bool = True


class AccessKey(Struct, frozen=True, kw_only=True):
    """An operator's SigV4 key; the secret is sealed."""

    id: str
    secret: bytes
    created: int
    description: str = ""
    is_active: bool = True
