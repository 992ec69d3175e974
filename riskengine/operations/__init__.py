"""Every API operation, in area files named like the API's nouns."""

from collections.abc import Mapping

from riskengine.operations import (
    admin_users,
    branding,
    clients,
    devices,
    domains,
    exchange,
    groups,
    identity_providers,
    links,
    log_delivery,
    mfa,
    passwords,
    pools,
    resource_servers,
    sessions,
    sign_in,
    sign_up,
    tags,
    terms,
    threat_protection,
    tokens,
    user_imports,
    users,
    webauthn,
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
    passwords.operation,
    sign_in.operation,
    tokens.operation,
    mfa.operation,
    devices.operation,
    webauthn.operation,
    groups.operation,
    tags.operation,
    threat_protection.operation,
    resource_servers.operation,
    identity_providers.operation,
    domains.operation,
    branding.operation,
    terms.operation,
    sessions.operation,
    links.operation,
    exchange.operation,
    log_delivery.operation,
    user_imports.operation,
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
