"""A domain of a user pool's hosted pages."""

from msgspec import Struct

from riskengine import api


class Domain(Struct, frozen=True, kw_only=True):
    """A prefix, or with a certificate a whole name; no two pools have the same."""

    name: str
    pool: str
    created: int
    modified: int
    managed_login_version: int = 1
    custom: api.CustomDomainConfigType | None = None  # of a custom domain only
    version: int = 0
