"""A group of users."""

from msgspec import Struct


class Group(Struct, frozen=True, kw_only=True):
    """A group; the lowest precedence wins, None comes last."""

    pool: str
    name: str
    created: int
    modified: int
    description: str | None = None
    role_arn: str | None = None
    precedence: int | None = None
    version: int = 0
