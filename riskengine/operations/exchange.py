"""Tokens that no user signs in for: a client's own, and those derived from a user's."""

from riskengine import api
from riskengine.flows import lookup
from riskengine.flows.client_secrets import require_secret
from riskengine.flows.client_tokens import client_token
from riskengine.flows.derived_tokens import Wanted, derive
from riskengine.flows.hooks import once
from riskengine.operations.call import Call
from riskengine.operations.registry import Operations
from riskengine.storage.interface import Reader

operation = Operations()


@operation
async def get_client_token(call: Call, request: api.GetClientTokenRequest) -> api.GetClientTokenResponse:
    """An access token for the client itself (OAuth's client credentials, without a domain)."""
    client = await lookup.client_by_id(call.storage, request.client_id)
    require_secret(call.services, client, request.secret, api.errors.NotAuthorizedException)
    pool = await lookup.pool(call.storage, client.pool)
    result = await client_token(
        once(call.services), pool, client, request.scopes, call.now, metadata=request.client_metadata or {}
    )
    return api.GetClientTokenResponse(client_authentication_result=result)


@operation
async def get_derived_token(call: Call, request: api.GetDerivedTokenRequest) -> api.GetDerivedTokenResponse:
    """A token for another service in place of a user's (RFC 8693)."""
    client = await lookup.client_by_id(call.storage, request.client_id)
    require_secret(call.services, client, request.client_secret, api.errors.NotAuthorizedException)
    pool = await lookup.pool(call.storage, client.pool)
    if request.subject_token_provider_name or request.actor_token_provider_name:
        raise api.errors.InvalidParameterException("No provider here can vouch for a token of its own.")
    kind = request.requested_token_type or "ACCESS_TOKEN"
    wanted = Wanted(
        subject=request.subject_token,
        subject_type=request.subject_token_type,
        actor=request.actor_token,
        actor_type=request.actor_token_type,
        scopes=request.scopes,
        audience=await _audience(call.storage, pool.id, request),
        type=kind,
    )
    derived = await derive(once(call.services), pool, client, wanted, call.now)
    return api.GetDerivedTokenResponse(
        issued_token=derived.token,
        issued_token_type=kind,
        token_type="Bearer" if kind == "ACCESS_TOKEN" else "N_A",
        expires_in=derived.expires_in,
        scopes=None if derived.scopes is None else list(derived.scopes),
    )


async def _audience(reader: Reader, pool: str, request: api.GetDerivedTokenRequest) -> str | None:
    """For whom the token is: a logical name, or a resource server of the pool."""
    if request.audiences and request.resources:
        raise api.errors.InvalidParameterException("Audiences and Resources exclude each other.")
    if not request.resources:
        return request.audiences[0] if request.audiences else None
    if await reader.resource_servers.find(pool, request.resources[0]) is None:
        raise api.errors.ResourceNotFoundException(f"Resource server {request.resources[0]} does not exist.")
    return request.resources[0]
