"""A signed-in session: the family of tokens grown from one sign-in."""

from msgspec import Struct


class Seen(Struct, frozen=True, kw_only=True):
    """Where a session was last used from; kept where the pool tracks sessions."""

    time: int
    address: str | None = None
    device_name: str | None = None
    city: str | None = None
    country: str | None = None


class Session(Struct, frozen=True, kw_only=True):
    """One sign-in's tokens. `id` is their `origin_jti`; only the refresh token's hash is kept."""

    pool: str
    id: str
    client: str
    sub: str
    refresh_hash: bytes
    created: int  # auth_time
    expires: int  # of the refresh token
    event_id: str
    scopes: tuple[str, ...] = ()
    is_revoked: bool = False
    previous_hash: bytes | None = None  # of the refresh token that rotation replaced
    rotated_at: int = 0
    device_key: str = ""  # of the device that signed in, or of the one it may become
    is_device_confirmed: bool = False  # the tokens are this device's: they end with it
    seen: Seen | None = None
    version: int = 0
