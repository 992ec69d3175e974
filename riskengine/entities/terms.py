"""Terms documents that an app client shows."""

from msgspec import Struct


class Terms(Struct, frozen=True, kw_only=True):
    """Links to one kind of document, by language; a client has one of each kind."""

    pool: str
    id: str
    client: str
    created: int
    modified: int
    name: str
    source: str
    enforcement: str
    links: dict[str, str]
    version: int = 0
