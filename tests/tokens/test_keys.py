"""Signing keys: named by what they are, published as any JWT library reads them."""

import re

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwt import PyJWKSet

from riskengine.tokens.keys import from_pem, jwk, jwks, new_pool_keys, new_signing_key, to_pem

KEYS = new_pool_keys()


def test_a_pool_has_two_keys():
    assert KEYS.id.kid != KEYS.access.kid
    assert KEYS.id.private.key_size == 2048


def test_a_key_survives_its_pem():
    again = from_pem(to_pem(KEYS.id))
    assert again.kid == KEYS.id.kid
    assert again.private.private_numbers() == KEYS.id.private.private_numbers()


def test_key_ids_look_like_cognitos():
    assert re.fullmatch(r"[A-Za-z0-9+/]{43}=", KEYS.id.kid)


def test_the_published_set_is_read_by_a_jwt_library():
    published = PyJWKSet.from_dict(jwks((KEYS.id, KEYS.access)))
    assert published[KEYS.access.kid].key.public_numbers() == KEYS.access.public.public_numbers()


def test_a_published_key_tells_its_use_and_nothing_private():
    published = jwk(KEYS.id.kid, KEYS.id.public)
    assert published.keys() == {"alg", "e", "kid", "kty", "n", "use"}
    assert published | {"n": ""} == {
        "alg": "RS256",
        "e": "AQAB",
        "kid": KEYS.id.kid,
        "kty": "RSA",
        "n": "",
        "use": "sig",
    }


def test_a_key_does_not_print_its_secret():
    assert repr(KEYS.id) == f"SigningKey(kid={KEYS.id.kid!r})"


def test_another_kind_of_key_is_refused():
    elliptic = ec.generate_private_key(ec.SECP256R1())
    pem = elliptic.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for wrong in (pem, b"nonsense"):
        with pytest.raises((TypeError, ValueError)):
            from_pem(wrong)


def test_new_keys_differ():
    assert new_signing_key().kid != KEYS.id.kid
