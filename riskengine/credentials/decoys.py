"""Stand-ins for users who do not exist: stable per pool and name, and as costly as the real ones."""

import uuid
from hashlib import shake_256

from riskengine.credentials.group import SIZE, N


def _derive(key: bytes, label: bytes, pool_id: str, username: str) -> bytes:
    # SHAKE is not open to length extension, so a key in front makes a keyed function; every part
    # tells its length, so no two triples read alike.
    parts = (key, label, pool_id.encode(), username.encode("utf-8", "surrogatepass"))
    return shake_256(b"".join(len(part).to_bytes(4, "big") + part for part in parts)).digest(SIZE + 16)


def decoy_salt(key: bytes, pool_id: str, username: str) -> str:
    """The salt this name would have; hex, of the same form as a real one."""
    first, *rest = _derive(key, b"salt", pool_id, username)[:16]
    return bytes([1 + first % 255, *rest]).hex()


def decoy_verifier(key: bytes, pool_id: str, username: str) -> bytes:
    """384 bytes that no password proves."""
    # Not a power of the generator: reading a real one costs microseconds, and so must this.
    number = int.from_bytes(_derive(key, b"verifier", pool_id, username), "big")
    return (2 + number % (N - 3)).to_bytes(SIZE, "big")


def decoy_user_id(key: bytes, pool_id: str, username: str) -> str:
    """The USER_ID_FOR_SRP of a pool that keeps generated user names."""
    return str(uuid.UUID(bytes=_derive(key, b"user", pool_id, username)[:16], version=4))
