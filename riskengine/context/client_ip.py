"""The client's address, told by the socket and by the proxies that are trusted, and by no one else."""

from collections.abc import Iterable

from riskengine.context.address import Address, parse_address
from riskengine.context.ranges import Ranges

# Longer chains are an attack: hops nearest to us are kept.
_MOST_HOPS = 32
_LONGEST_HEADER = 4096
FORWARDING_HEADERS = ("x-forwarded-for", "forwarded", "x-real-ip")


def client_address(
    peer: str | None,
    headers: Iterable[tuple[str, str]],
    trusted: Ranges,
    believed: str = "x-forwarded-for",
) -> Address | None:
    """The first address, from the socket outwards, that is no trusted proxy; None if unknown.

    `believed` is the one of `FORWARDING_HEADERS` that the proxies write: they may pass on another
    that their callers chose.
    """
    address = parse_address(peer)
    if not trusted.contains(address):
        return address
    for hop in reversed(_hops(headers, believed)):
        address = parse_address(hop)
        if not trusted.contains(address):
            return address
    return address


def _hops(headers: Iterable[tuple[str, str]], believed: str) -> list[str]:
    """What proxies say of the way, nearest last."""
    lines = [value for name, value in headers if name.lower() == believed]
    if not lines:
        return []
    hops = ",".join(lines)[-_LONGEST_HEADER:].split(",")[-_MOST_HOPS:]
    return [_for(hop) for hop in hops] if believed == "forwarded" else hops


def _for(element: str) -> str:
    """The client of one element of a Forwarded header (RFC 7239)."""
    for pair in element.split(";"):
        name, _, value = pair.strip().partition("=")
        if name.lower() == "for":
            return value
    return ""
