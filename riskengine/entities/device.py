"""A device that a user's app registered: an SRP verifier of a secret which only the device has."""

from typing import Literal

from msgspec import Struct

from riskengine.entities.user import Credential


class Device(Struct, frozen=True, kw_only=True):
    """A confirmed device. `attributes` are what DescribeDevice shows (device_name, last_ip_used, ...).

    `waiting` is the sealed state of a sign-in that awaits this device's proof, until
    `waiting_until`: clients that send no Session find their way back by user name and device key.
    """

    pool: str
    sub: str
    key: str
    group: str
    created: int
    modified: int
    authenticated: int
    credential: Credential
    remembered: Literal["remembered", "not_remembered"] = "not_remembered"
    attributes: dict[str, str] = {}
    waiting: str = ""
    waiting_until: int = 0
    version: int = 0
