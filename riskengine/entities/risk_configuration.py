"""What threat protection does, for a pool or for one client of it."""

from msgspec import Struct

from riskengine import api


class RiskConfiguration(Struct, frozen=True, kw_only=True):
    """A risk configuration; an empty client means the whole pool."""

    pool: str
    client: str
    modified: int
    description: api.RiskConfigurationType
