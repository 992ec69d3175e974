"""One-time codes: digits for people, keyed digests for storage."""

import pytest

from riskengine.base.secret import Secret
from riskengine.credentials.codes import PASSWORDLESS_DIGITS, code_digest, is_code, new_code
from riskengine.credentials.seal import Sealer

OLD, NEW = b"a" * 32, b"b" * 32
sealer = Sealer(OLD)


@pytest.mark.parametrize("digits", [6, PASSWORDLESS_DIGITS])
def test_codes_have_their_digits_and_begin_with_any(digits):
    made = [new_code(digits).reveal() for _ in range(2000)]
    assert all(len(code) == digits and code.isascii() and code.isdigit() for code in made)
    assert {code[0] for code in made} == set("0123456789")


def test_a_code_is_known_again():
    code = new_code()
    assert is_code(sealer, code, "pool/alice/sign-up", code_digest(sealer, code, "pool/alice/sign-up"))


@pytest.mark.parametrize(
    ("code", "context"),
    [("123457", "alice"), ("", "alice"), ("\ud800", "alice"), ("123456", "bob"), ("3456", "alice12")],
)
def test_another_code_or_context_is_refused(code, context):
    stored = code_digest(sealer, Secret("123456"), "alice")
    assert not is_code(sealer, Secret(code), context, stored)


def test_a_code_outlives_a_rotation_of_the_master_key():
    stored = code_digest(sealer, Secret("123456"), "alice")
    assert is_code(Sealer(NEW, OLD), Secret("123456"), "alice", stored)
    assert not is_code(Sealer(NEW), Secret("123456"), "alice", stored)
