"""Password hashes that other systems made: bcrypt, scrypt, Argon2id, PBKDF2; read with limits.

Forms: bcrypt's own `$2b$12$...`; PHC strings `$argon2id$v=19$m=...,t=...,p=...$salt$hash` and
`$scrypt$ln=...,r=...,p=...$salt$hash`; `$pbkdf2-sha256$rounds$salt$hash` (passlib) and
`pbkdf2_sha256$rounds$salt$hash` (Django).
"""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable, Mapping
from hashlib import pbkdf2_hmac, scrypt
from hmac import compare_digest

import bcrypt
from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from riskengine.base.secret import Secret

LONGEST_HASH = 512
# A file of hashes is hostile input: none may cost a sign-in more than a second or a quarter of a gigabyte.
_MOST_MEMORY = 256 * 1024  # KiB
_MOST_ROUNDS = 2_000_000
_BCRYPT_INPUT = 72  # bytes: what bcrypt looks at

_BCRYPT = re.compile(r"\$2[aby]\$(?P<cost>\d\d)\$[./A-Za-z0-9]{53}")
_ARGON2ID = re.compile(
    r"\$argon2id\$v=19\$m=(?P<m>\d{1,7}),t=(?P<t>\d{1,3}),p=(?P<p>\d{1,3})\$[A-Za-z0-9+/]{8,128}\$[A-Za-z0-9+/]{8,128}"
)
_SCRYPT = re.compile(
    r"\$scrypt\$ln=(?P<ln>\d{1,2}),r=(?P<r>\d{1,3}),p=(?P<p>\d{1,3})"
    r"\$(?P<salt>[A-Za-z0-9+/]{2,128})={0,2}\$(?P<hash>[A-Za-z0-9+/]{16,128})={0,2}"
)
_PBKDF2 = re.compile(
    r"\$pbkdf2-sha256\$(i=)?(?P<rounds>\d{1,7})(,l=\d+)?"
    r"\$(?P<salt>[A-Za-z0-9+/.]{2,128})\$(?P<hash>[A-Za-z0-9+/.]{22,128})"
)
_DJANGO = re.compile(
    r"pbkdf2_sha256\$(?P<rounds>\d{1,7})\$(?P<salt>[^$\s]{1,128})\$(?P<hash>[A-Za-z0-9+/]{22,128}={0,2})"
)


def is_hash(algorithm: str, text: str) -> bool:
    """Whether it is a hash of the algorithm (the API's names), and one that may be computed."""
    if len(text) > LONGEST_HASH:
        return False
    return _READERS[algorithm](text) is not None


def proves(algorithm: str, text: str, password: Secret) -> bool:
    """Whether the hash is of the password; tens to hundreds of milliseconds, off the interpreter lock."""
    check = _READERS[algorithm](text)
    return check is not None and check(password.reveal().encode("utf-8", "surrogatepass"))


_Check = Callable[[bytes], bool]


def _bcrypt(text: str) -> _Check | None:
    found = _BCRYPT.fullmatch(text)
    if found is None or not 4 <= int(found["cost"]) <= 15:
        return None

    def check(password: bytes) -> bool:
        try:
            return bcrypt.checkpw(password[:_BCRYPT_INPUT], text.encode())
        except ValueError:
            return False

    return check


def _argon2id(text: str) -> _Check | None:
    found = _ARGON2ID.fullmatch(text)
    if found is None or int(found["m"]) > _MOST_MEMORY or not 1 <= int(found["t"]) <= 32:
        return None
    if not 1 <= int(found["p"]) <= 16 or int(found["m"]) < 8 * int(found["p"]):
        return None

    def check(password: bytes) -> bool:
        try:
            Argon2id.verify_phc_encoded(password, text)
        except (InvalidKey, ValueError):
            return False
        return True

    return check


def _scrypt(text: str) -> _Check | None:
    found = _SCRYPT.fullmatch(text)
    if found is None:
        return None
    ln, r, p = int(found["ln"]), int(found["r"]), int(found["p"])
    memory = (128 * r << ln) + 128 * r * p  # bytes
    if not (1 <= ln <= 20 and 1 <= r <= 64 and 1 <= p <= 16 and memory <= _MOST_MEMORY * 1024):
        return None
    salt, expected = _decoded(found["salt"]), _decoded(found["hash"])
    if salt is None or expected is None:
        return None

    def check(password: bytes) -> bool:
        made = scrypt(password, salt=salt, n=1 << ln, r=r, p=p, maxmem=2 * memory, dklen=len(expected))
        return compare_digest(made, expected)

    return check


def _pbkdf2(text: str) -> _Check | None:
    found = _PBKDF2.fullmatch(text)
    if found is not None:
        return _pbkdf2_check(found["rounds"], _decoded(found["salt"]), _decoded(found["hash"]))
    found = _DJANGO.fullmatch(text)
    if found is not None:
        return _pbkdf2_check(found["rounds"], found["salt"].encode(), _decoded(found["hash"]))
    return None


def _pbkdf2_check(rounds: str, salt: bytes | None, expected: bytes | None) -> _Check | None:
    if salt is None or expected is None or not 1 <= int(rounds) <= _MOST_ROUNDS:
        return None
    return lambda password: compare_digest(
        pbkdf2_hmac("sha256", password, salt, int(rounds), len(expected)), expected
    )


def _decoded(text: str) -> bytes | None:
    # passlib writes "." for "+" and leaves out the padding.
    plain = text.replace(".", "+").rstrip("=")
    try:
        return b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (Base64Error, ValueError):
        return None


_READERS: Mapping[str, Callable[[str], _Check | None]] = {
    "BCRYPT": _bcrypt,
    "ARGON2ID": _argon2id,
    "SCRYPT": _scrypt,
    "PBKDF2_SHA256": _pbkdf2,
}
