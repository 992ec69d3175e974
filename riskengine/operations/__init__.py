"""Every API operation, in area files named like the API's nouns."""

from collections.abc import Mapping

from riskengine.operations import (
    admin_users,
    clients,
    groups,
    mfa,
    pools,
    sign_in,
    sign_up,
    tags,
    threat_protection,
    tokens,
    users,
)
from riskengine.operations.not_built import NOT_BUILT
from riskengine.operations.registry import Handler, Operations

__all__ = ["AREAS", "HANDLERS", "NOT_BUILT"]

AREAS: tuple[Operations, ...] = (
    pools.operation,
    clients.operation,
    admin_users.operation,
    users.operation,
    sign_up.operation,
    sign_in.operation,
    tokens.operation,
    mfa.operation,
    groups.operation,
    tags.operation,
    threat_protection.operation,
)


def _together(areas: tuple[Operations, ...]) -> dict[str, Handler]:
    handlers: dict[str, Handler] = {}
    for area in areas:
        for name, handler in area:
            if name in handlers:
                raise TypeError(f"{name} has two handlers")
            handlers[name] = handler
    return handlers


HANDLERS: Mapping[str, Handler] = _together(AREAS)
