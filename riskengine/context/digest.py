"""Keyed digests of what is compared but never shown: the same text under the same key, nothing else."""

from functools import lru_cache
from hashlib import blake2b

_KEY_BYTES = 64


def keyed_digest(key: bytes, purpose: str, text: str) -> str:
    """16 hexadecimal digits of a text under a pool's key; different for every purpose (16 bytes)."""
    hasher = _keyed(key, purpose).copy()
    hasher.update(text.encode("utf-8", "surrogatepass"))
    return hasher.hexdigest()


@lru_cache(maxsize=1024)
def _keyed(key: bytes, purpose: str) -> blake2b:
    return blake2b(digest_size=8, key=key[:_KEY_BYTES], person=purpose.encode("ascii"))
