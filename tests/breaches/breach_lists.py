"""Made-up Pwned Passwords lists: real hashes of made-up passwords, in the order of the hashes."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from riskengine.base.secret import Secret
from riskengine.breaches.filter import BreachFilter
from riskengine.breaches.hashes import Kind, digest_of
from riskengine.breaches.importing import Order, import_list


def sha1(text: str) -> bytes:
    return hashlib.sha1(text.encode()).digest()


def listed(passwords: Mapping[str, int] | Iterable[str], kind: Kind = "SHA-1", end: str = "\r\n") -> str:
    """The list as it is downloaded."""
    counts = passwords if isinstance(passwords, Mapping) else dict.fromkeys(passwords, 7)
    lines = sorted(f"{digest_of(kind, Secret(text)).hex().upper()}:{count}" for text, count in counts.items())
    return "".join(line + end for line in lines)


def hashes(many: int, of: str = "member") -> list[bytes]:
    """So many hashes, ascending."""
    return sorted(sha1(f"{of} {number}") for number in range(many))


def text_of(digests: Iterable[bytes]) -> bytes:
    return b"".join(f"{digest.hex().upper()}:{digest[19] % 9 + 1}\n".encode() for digest in digests)


def imported(folder: Path, text: bytes, **order) -> BreachFilter:
    """The filter of a list with this text."""
    source, target = folder / "list.txt", folder / "list.breaches"
    source.write_bytes(text)
    import_list(Order(source=source, target=target, **order), now=0)
    return BreachFilter.open(target)
