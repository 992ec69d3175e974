"""A resource server of a user pool."""

from msgspec import Struct


class ResourceServerScope(Struct, frozen=True, array_like=True):
    """One custom scope; tokens carry it as `identifier/name`."""

    name: str
    description: str


class ResourceServer(Struct, frozen=True, kw_only=True):
    """An API that access tokens are for, and the scopes it knows."""

    pool: str
    identifier: str
    created: int
    modified: int
    name: str
    scopes: tuple[ResourceServerScope, ...] = ()
    version: int = 0
