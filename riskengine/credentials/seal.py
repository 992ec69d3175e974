"""Sealing (AES-256-GCM) and keyed digests, under one key per purpose derived from the master keys."""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from functools import lru_cache
from hmac import digest

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MASTER_KEY_SIZE = 32
LONGEST_TEXT = 4096
_NONCE_SIZE = 12
_TAG_SIZE = 16
OVERHEAD = 1 + _NONCE_SIZE + _TAG_SIZE


class SealError(ValueError):
    """Not sealed by us, for this purpose and context; or too long to be a Session."""


class _Keys:
    """What one master key gives: its id byte, and a key per use and purpose."""

    def __init__(self, master_key: bytes) -> None:
        if len(master_key) != MASTER_KEY_SIZE:
            raise ValueError("a master key has 32 bytes")
        self._master_key = master_key
        self.id = self._derive("id", "")[0]
        self.cipher = lru_cache(maxsize=256)(self._new_cipher)
        self.digest_key = lru_cache(maxsize=256)(self._new_digest_key)

    def _derive(self, use: str, purpose: str) -> bytes:
        info = f"riskengine {use} {purpose}".encode()
        return HKDF(SHA256(), MASTER_KEY_SIZE, salt=None, info=info).derive(self._master_key)

    def _new_cipher(self, purpose: str) -> AESGCM:
        return AESGCM(self._derive("seal", purpose))

    def _new_digest_key(self, purpose: str) -> bytes:
        return self._derive("digest", purpose)


class Sealer:
    """Seals with the first master key and opens with any, so that keys can be rotated.

    A purpose is a fixed name of ours ("session", "verifier"), never text from outside.
    """

    def __init__(self, *master_keys: bytes) -> None:
        if not master_keys:
            raise ValueError("sealing needs a master key")
        self._keys = tuple(_Keys(key) for key in master_keys)
        self._kept = lru_cache(maxsize=4096)(self._named_key)

    def seal(self, purpose: str, data: bytes, context: bytes = b"") -> bytes:
        """Key id, nonce, ciphertext and tag; opens only with the same purpose and context."""
        keys = self._keys[0]
        # Random nonces hold for 2**32 seals of one purpose at odds of one in 2**33: rotate by then.
        nonce = secrets.token_bytes(_NONCE_SIZE)
        return bytes([keys.id]) + nonce + keys.cipher(purpose).encrypt(nonce, data, context)

    def open(self, purpose: str, sealed: bytes, context: bytes = b"") -> bytes:
        """What was sealed; SealError if anything differs."""
        if len(sealed) < OVERHEAD:
            raise SealError("sealed data is too short")
        nonce, body = sealed[1 : 1 + _NONCE_SIZE], sealed[1 + _NONCE_SIZE :]
        for keys in self._keys:
            if keys.id != sealed[0]:
                continue
            try:
                return keys.cipher(purpose).decrypt(nonce, body, context)
            except InvalidTag:
                continue  # two keys may share an id byte
        raise SealError("sealed data does not open")

    def seal_text(self, purpose: str, data: bytes, context: bytes = b"") -> str:
        """Sealed data as a Session string: 39 to 4096 URL-safe characters, SealError beyond."""
        text = urlsafe_b64encode(self.seal(purpose, data, context)).rstrip(b"=").decode()
        if len(text) > LONGEST_TEXT:
            raise SealError("state is too long for a session")
        return text

    def open_text(self, purpose: str, text: str, context: bytes = b"") -> bytes:
        """What `seal_text` sealed; SealError for any other spelling too."""
        if len(text) > LONGEST_TEXT:
            raise SealError("sealed text is too long")
        try:
            sealed = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        except (UnicodeEncodeError, Base64Error):
            raise SealError("sealed text is not base64") from None
        if urlsafe_b64encode(sealed).rstrip(b"=").decode() != text:
            raise SealError("sealed text is not base64")
        return self.open(purpose, sealed, context)

    def digest(self, purpose: str, data: bytes) -> bytes:
        """32 bytes, HMAC-SHA256 under the newest key."""
        return digest(self._keys[0].digest_key(purpose), data, "sha256")

    def derived(self, purpose: str, name: str) -> bytes:
        """A key of 32 bytes for a thing of ours (a pool's id): its digest, remembered."""
        return self._kept(purpose, name)

    def _named_key(self, purpose: str, name: str) -> bytes:
        return self.digest(purpose, name.encode())

    def digests(self, purpose: str, data: bytes) -> tuple[bytes, ...]:
        """The digest under every key, newest first: what storage may hold after a rotation."""
        return tuple(digest(keys.digest_key(purpose), data, "sha256") for keys in self._keys)
