"""Identities at providers that are linked to a user, as tokens and attributes tell them."""

from collections.abc import Mapping
from typing import Any

import msgspec

from riskengine.entities import User

ATTRIBUTE = "identities"
_MILLISECOND = 1000  # microseconds


def claim(user: User) -> tuple[Mapping[str, Any], ...]:
    """The `identities` claim; all of its values are strings."""
    return tuple(
        {
            "userId": each.value,
            "providerName": each.provider,
            "providerType": each.type,
            "issuer": None,
            "primary": "false",
            "dateCreated": str(each.created // _MILLISECOND),
        }
        for each in user.identities
    )


def attribute(user: User) -> dict[str, str]:
    """The `identities` attribute, JSON; nothing where there are none."""
    if not user.identities:
        return {}
    listed = [{**each, "primary": False, "dateCreated": int(each["dateCreated"])} for each in claim(user)]
    return {ATTRIBUTE: msgspec.json.encode(listed).decode()}
