"""Internet addresses in one canonical form, so that no spelling slips past a list."""

from ipaddress import IPv4Address, IPv6Address
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton

# A quoted IPv6 address with brackets, zone and port is far shorter.
_LONGEST = 128
_MAPPED = bytes(10) + b"\xff\xff"


class Address:
    """A canonical IPv4 or IPv6 address; an IPv4-mapped IPv6 address is the IPv4 address."""

    __slots__ = ("is_v4", "number", "packed", "text")

    def __init__(self, packed: bytes) -> None:
        if len(packed) == 16 and packed.startswith(_MAPPED):
            packed = packed[12:]
        self.packed = packed
        self.is_v4 = len(packed) == 4
        self.number = int.from_bytes(packed, "big")
        self.text = inet_ntop(AF_INET if self.is_v4 else AF_INET6, packed)

    @property
    def prefix(self) -> str:
        """The neighbourhood that counts as one place: a /24 or a /64, as CIDR text."""
        if self.is_v4:
            return f"{inet_ntop(AF_INET, self.packed[:3] + bytes(1))}/24"
        return f"{inet_ntop(AF_INET6, self.packed[:8] + bytes(8))}/64"

    @property
    def standard(self) -> IPv4Address | IPv6Address:
        """The same address as the standard library has it."""
        return IPv4Address(self.packed) if self.is_v4 else IPv6Address(self.packed)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Address) and self.packed == other.packed

    def __hash__(self) -> int:
        return hash(self.packed)

    def __repr__(self) -> str:
        return f"Address({self.text})"


def parse_address(text: str | None) -> Address | None:
    """Read an address with or without port, brackets and zone; None for anything else."""
    if not text or len(text) > _LONGEST or not text.isascii():
        return None
    packed = _pack_v4(text)
    if packed is None:
        packed = _pack(text.strip().strip('"').strip())
    return None if packed is None else Address(packed)


def parse_strict(text: str) -> Address | None:
    """Read a bare address as RFC 4291 and dotted decimal have it; None for anything else."""
    if len(text) > _LONGEST or "%" in text:
        return None
    try:
        return Address(inet_pton(AF_INET6 if ":" in text else AF_INET, text))
    except (OSError, ValueError):
        return None


def _pack(text: str) -> bytes | None:
    if text.startswith("["):
        inside, bracket, port = text[1:].partition("]")
        if not bracket or not _is_port_or_nothing(port):
            return None
        return _pack_v6(inside)
    if text.count(":") == 1:
        text, _, port = text.partition(":")
        if not _is_port(port):
            return None
    return _pack_v6(text) if ":" in text else _pack_v4(text) or _pack_padded(text)


def _is_port(text: str) -> bool:
    return text.isdigit() and len(text) <= 5 and int(text) <= 65_535


def _is_port_or_nothing(text: str) -> bool:
    return not text or (text.startswith(":") and _is_port(text[1:]))


def _pack_v4(text: str) -> bytes | None:
    try:
        return inet_pton(AF_INET, text)
    except (OSError, ValueError):
        return None


def _pack_padded(text: str) -> bytes | None:
    # Zero-padded octets come from logs, where they are decimal; as unknown they would pass a block list.
    parts = text.split(".")
    if len(parts) != 4 or not all(part.isdigit() and len(part) <= 3 and int(part) <= 255 for part in parts):
        return None
    return bytes(int(part) for part in parts)


def _pack_v6(text: str) -> bytes | None:
    address, _, _zone = text.partition("%")
    try:
        return inet_pton(AF_INET6, address)
    except (OSError, ValueError):
        pass
    head, colon, tail = address.rpartition(":")
    packed = _pack_padded(tail) if colon and "." in tail else None
    if packed is None:
        return None
    try:
        return inet_pton(AF_INET6, f"{head}:{packed[:2].hex()}:{packed[2:].hex()}")
    except (OSError, ValueError):
        return None
