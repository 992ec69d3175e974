"""Access tokens for machines: a client speaks for itself, proved by its secret (GetClientToken)."""

from collections.abc import Mapping, Sequence

from riskengine import api
from riskengine.entities import Client, Pool
from riskengine.flows.hooks import ERRORS
from riskengine.flows.services import Services
from riskengine.flows.token_hook import customised_machine
from riskengine.flows.token_issuer import lifetimes_of

FLOW = "ALLOW_CLIENT_TOKEN_AUTH"


async def client_token(  # noqa: PLR0913 - one fact each
    services: Services,
    pool: Pool,
    client: Client,
    scopes: Sequence[str] | None,
    now: int,
    *,
    metadata: Mapping[str, str],
) -> api.ClientAuthenticationResultType:
    """An access token with the scopes asked for, else with all custom scopes of the client.

    Raises:
        InvalidParameterException: the flow is off, or a scope is not the client's.
        NotAuthorizedException: the PreTokenGeneration trigger refused.
    """
    if FLOW not in (client.description.explicit_auth_flows or ()):
        raise api.errors.InvalidParameterException(f"{FLOW} flow not enabled for this client")
    granted = _granted(client, scopes)
    try:
        customisation = await customised_machine(services, pool, client, scopes=granted, metadata=metadata)
    except ERRORS as error:
        raise api.errors.NotAuthorizedException(f"PreTokenGeneration: {error.type_name}") from None
    token = await services.tokens.machine_token(pool.id, client, customisation, granted, now)
    return api.ClientAuthenticationResultType(
        access_token=token,
        expires_in=lifetimes_of(client).access,
        token_type="Bearer",  # noqa: S106 - the type's name
    )


def _granted(client: Client, wanted: Sequence[str] | None) -> tuple[str, ...]:
    # Only custom scopes have a slash: those of users mean nothing without a user.
    allowed = [scope for scope in client.description.allowed_o_auth_scopes or () if "/" in scope]
    for scope in wanted or ():
        if scope not in allowed:
            raise api.errors.InvalidParameterException(f"Invalid scope requested: {scope}")
    granted = tuple(dict.fromkeys(wanted or allowed))
    if not granted:
        raise api.errors.InvalidParameterException("The client has no custom scopes to authorize.")
    return granted
