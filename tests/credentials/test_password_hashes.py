"""Other systems' password hashes: made by their own libraries, and hostile ones."""

import base64
import hashlib

import bcrypt
import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from hypothesis import given
from hypothesis import strategies as st

from riskengine.base.secret import Secret
from riskengine.credentials.password_hashes import is_hash, proves

WORD = Secret("Corr3ct-horse-é")
SALT = b"0123456789abcdef"


def b64(data: bytes) -> str:
    return base64.b64encode(data).rstrip(b"=").decode()


def raw() -> bytes:
    return WORD.reveal().encode()


SCRYPT = hashlib.scrypt(raw(), salt=SALT, n=1024, r=8, p=2, dklen=32)


def pbkdf2(rounds: int, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", raw(), salt, rounds)


MADE = {
    "bcrypt": ("BCRYPT", bcrypt.hashpw(raw(), bcrypt.gensalt(4)).decode()),
    "argon2id": (
        "ARGON2ID",
        Argon2id(salt=SALT, length=32, iterations=2, lanes=2, memory_cost=1024).derive_phc_encoded(raw()),
    ),
    "scrypt": (
        "SCRYPT",
        f"$scrypt$ln=10,r=8,p=2${b64(SALT)}${b64(SCRYPT)}",
    ),
    "passlib": (
        "PBKDF2_SHA256",
        f"$pbkdf2-sha256$2000${b64(SALT).replace('+', '.')}${b64(pbkdf2(2000, SALT)).replace('+', '.')}",
    ),
    "django": (
        "PBKDF2_SHA256",
        f"pbkdf2_sha256$2000$salty${base64.b64encode(pbkdf2(2000, b'salty')).decode()}",
    ),
}


@pytest.mark.parametrize("name", MADE)
def test_right_password_is_proved(name):
    algorithm, text = MADE[name]
    assert is_hash(algorithm, text)
    assert proves(algorithm, text, WORD)
    assert not proves(algorithm, text, Secret("corr3ct-horse-é"))
    assert not proves(algorithm, text, Secret(""))


@pytest.mark.parametrize("name", MADE)
def test_hash_is_of_its_own_algorithm_only(name):
    algorithm, text = MADE[name]
    for other in {"BCRYPT", "ARGON2ID", "SCRYPT", "PBKDF2_SHA256"} - {algorithm}:
        assert not is_hash(other, text)
        assert not proves(other, text, WORD)


def test_bcrypt_looks_at_72_bytes():
    word = "x" * 100
    text = bcrypt.hashpw(word.encode()[:72], bcrypt.gensalt(4)).decode()
    assert proves("BCRYPT", text, Secret(word))


@pytest.mark.parametrize(
    ("algorithm", "text"),
    [
        ("BCRYPT", "$2b$31$" + "a" * 53),
        ("BCRYPT", "$2b$03$" + "a" * 53),
        ("ARGON2ID", f"$argon2id$v=19$m=4194304,t=3,p=4${b64(SALT)}${b64(SALT)}"),
        ("ARGON2ID", f"$argon2id$v=19$m=1024,t=999,p=4${b64(SALT)}${b64(SALT)}"),
        ("ARGON2ID", f"$argon2id$v=19$m=8,t=3,p=99${b64(SALT)}${b64(SALT)}"),
        ("ARGON2ID", f"$argon2i$v=19$m=1024,t=3,p=4${b64(SALT)}${b64(SALT)}"),
        ("SCRYPT", f"$scrypt$ln=31,r=8,p=1${b64(SALT)}${b64(SALT)}"),
        ("SCRYPT", f"$scrypt$ln=20,r=64,p=16${b64(SALT)}${b64(SALT)}"),
        ("PBKDF2_SHA256", f"$pbkdf2-sha256$9999999${b64(SALT)}${b64(pbkdf2(1, SALT))}"),
        ("PBKDF2_SHA256", f"$pbkdf2-sha256$0${b64(SALT)}${b64(pbkdf2(1, SALT))}"),
    ],
)
def test_costs_that_would_stop_the_house_are_refused(algorithm, text):
    assert not is_hash(algorithm, text)
    assert not proves(algorithm, text, WORD)


@given(
    algorithm=st.sampled_from(["BCRYPT", "SCRYPT", "ARGON2ID", "PBKDF2_SHA256"]),
    text=st.text(max_size=600)
    | st.sampled_from([text for _, text in MADE.values()]).map(lambda text: text[:-3]),
)
def test_anything_else_is_none_or_proves_nothing(algorithm, text):
    if is_hash(algorithm, text):
        assert not proves(algorithm, text, Secret("another"))
