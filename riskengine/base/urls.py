"""Whether a text is a URL that something can be called at."""

from collections.abc import Collection
from urllib.parse import urlsplit

HTTP = ("http", "https")


def is_url(text: str, schemes: Collection[str] = HTTP) -> bool:
    """Whether it names a scheme of these, a host, and a port if any; it may hold a password."""
    try:
        parts = urlsplit(text)
        is_port = parts.port != 0
    except ValueError:
        return False
    return is_port and parts.scheme in schemes and bool(parts.hostname) and not set(text) & set(" \t\r\n")
