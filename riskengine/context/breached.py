"""Compromised credentials: whether a password is one that attackers try first."""

import json
import sys
import unicodedata
from array import array
from bisect import bisect_left
from hashlib import blake2b
from pathlib import Path

from riskengine.base.bundle import data_file
from riskengine.base.secret import Secret

# Nobody's password; longer text would only cost time.
_LONGEST = 256
_DECORATION = "!?.,*#$@&%"


class CommonPasswords:
    """The bundled set: 64-bit digests in ascending order, searched by bisection."""

    def __init__(self, path: Path | None = None) -> None:
        """Load the file; OSError or ValueError if it is missing or no such file."""
        header, _, digests = (path or data_file("common-passwords.bin")).read_bytes().partition(b"\n")
        about = json.loads(header)
        self._digests = array("Q", digests)
        if sys.byteorder == "big":
            self._digests.byteswap()
        if len(self._digests) != about["count"]:
            raise ValueError("the file of common passwords is cut short")
        self.date = str(about["date"])
        self.source = str(about["source"])

    def __len__(self) -> int:
        return len(self._digests)

    def is_compromised(self, password: Secret) -> bool:
        """Whether the password is a common one, or one dressed up to satisfy a policy.

        A capital letter and a `!` at the end are the first two rules of every cracking tool.
        """
        text = password.reveal()
        if not text or len(text) > _LONGEST:
            return False
        plain = unicodedata.normalize("NFKC", text)
        variants = {plain, plain.lower(), plain_form(text)}
        return any(self._has(variant) for variant in variants)

    def _has(self, text: str) -> bool:
        packed = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        number = int.from_bytes(packed, "little")
        at = bisect_left(self._digests, number)
        return at < len(self._digests) and self._digests[at] == number


def plain_form(text: str) -> str:
    """A password undressed: small letters, without the decoration at its end unless it is nothing else."""
    lower = unicodedata.normalize("NFKC", text).lower()
    return lower.rstrip(_DECORATION) or lower
