"""A passkey authenticator in software: makes credentials and signs with them, well or badly."""

import hashlib
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def data(text_: str) -> bytes:
    return urlsafe_b64decode(text_ + "=" * (-len(text_) % 4))


class Authenticator:
    """One passkey of one relying party."""

    def __init__(self, *, algorithm: str = "ES256", origin: str = "http://localhost:3000") -> None:
        self.id = os.urandom(32)
        self.origin = origin
        self.count = 0
        self.flags = PRESENT | VERIFIED
        self._es = ec.generate_private_key(ec.SECP256R1()) if algorithm == "ES256" else None
        self._rs = rsa.generate_private_key(65537, 2048) if algorithm == "RS256" else None

    def create(self, options: dict[str, Any], rp: str | None = None) -> dict[str, Any]:
        """What navigator.credentials.create() answers, as JSON."""
        client = self._client("webauthn.create", options["challenge"])
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(self._cose())
        auth = self._authenticator_data(rp or options["rp"]["id"], ATTESTED) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": auth})
        return {
            "id": text(self.id),
            "rawId": text(self.id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": text(client),
                "attestationObject": text(attestation),
                "transports": ["internal", "hybrid"],
            },
        }

    def get(self, options: dict[str, Any], handle: str = "") -> dict[str, Any]:
        """What navigator.credentials.get() answers, as JSON."""
        self.count += 1
        client = self._client("webauthn.get", options["challenge"])
        auth = self._authenticator_data(options["rpId"], 0)
        signed = auth + hashlib.sha256(client).digest()
        return {
            "id": text(self.id),
            "rawId": text(self.id),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": text(client),
                "authenticatorData": text(auth),
                "signature": text(self._sign(signed)),
                "userHandle": text(handle.encode()),
            },
        }

    def _client(self, type_: str, challenge: str) -> bytes:
        return json.dumps({"type": type_, "challenge": challenge, "origin": self.origin}).encode()

    def _authenticator_data(self, rp: str, more: int) -> bytes:
        flags = bytes([self.flags | more])
        return hashlib.sha256(rp.encode()).digest() + flags + self.count.to_bytes(4, "big")

    def _cose(self) -> dict[int, Any]:
        if self._es is not None:
            numbers = self._es.public_key().public_numbers()
            return {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        assert self._rs is not None
        public = self._rs.public_key().public_numbers()
        return {1: 3, 3: -257, -1: public.n.to_bytes(256, "big"), -2: public.e.to_bytes(3, "big")}

    def _sign(self, message: bytes) -> bytes:
        if self._es is not None:
            return self._es.sign(message, ec.ECDSA(hashes.SHA256()))
        assert self._rs is not None
        return self._rs.sign(message, padding.PKCS1v15(), hashes.SHA256())
