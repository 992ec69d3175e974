"""TOTP: the RFCs' vectors, and what a pool promises about steps."""

import re
from base64 import b32encode

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine.base.clock import SECOND
from riskengine.base.secret import Secret
from riskengine.credentials.totp import STEP, hotp, matching_step, new_secret

RFC_KEY = b"12345678901234567890"
RFC_SECRET = Secret(b32encode(RFC_KEY).decode())
NOW = 1_700_000_000 * SECOND


def test_rfc_4226_vectors():
    expected = [
        "755224",
        "287082",
        "359152",
        "969429",
        "338314",
        "254676",
        "287922",
        "162583",
        "399871",
        "520489",
    ]
    assert [hotp(RFC_KEY, counter) for counter in range(10)] == expected


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_rfc_6238_vectors(seconds, code):
    """The RFC prints 8 digits; the last 6 are the code of 6."""
    assert hotp(RFC_KEY, seconds // 30, 8) == code
    assert matching_step(RFC_SECRET, code[2:], seconds * SECOND, window=0) == seconds // 30


@pytest.mark.parametrize(
    ("steps", "is_accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_code_counts_one_step_around(steps, is_accepted):
    step = NOW // STEP + steps
    expected = step if is_accepted else None
    assert matching_step(RFC_SECRET, hotp(RFC_KEY, step), NOW) == expected


@given(st.integers(0, 2**33))
def test_an_authenticator_app_and_we_agree(seconds):
    secret = new_secret()
    code = pyotp.TOTP(secret.reveal()).at(seconds)
    assert matching_step(secret, code, seconds * SECOND) is not None


@pytest.mark.parametrize(
    "code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "\ud800", " 755224", "755224\n"]
)
def test_anything_but_six_digits_matches_nothing(code):
    assert matching_step(RFC_SECRET, code, 0) is None


def test_secrets_are_32_base32_characters_and_differ():
    made = {new_secret().reveal() for _ in range(100)}
    assert len(made) == 100
    assert all(re.fullmatch(r"[A-Z2-7]{32}", each) for each in made)
