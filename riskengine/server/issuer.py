"""What verifiers of tokens read at the issuer: the pool's public keys, and the discovery document."""

from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web

from riskengine.flows.services import Services
from riskengine.server.state import SERVICES
from riskengine.tokens.claims import SELF_SERVICE_SCOPE

# Short enough for a rotated key to be seen soon, long enough to spare the store.
_CACHED = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}
_UNCACHED = {"Cache-Control": "no-store", "Access-Control-Allow-Origin": "*"}
Document = Callable[[Services, str], Awaitable[dict[str, object]]]


async def key_set(services: Services, pool: str) -> dict[str, object]:
    """The public keys of a pool (RFC 7517), retired ones included; made if it has none yet."""
    keys = await _of_tokens(services, pool)
    if not keys:
        await services.tokens.keys_of(pool)
        keys = await _of_tokens(services, pool)
    return {"keys": keys}


async def _of_tokens(services: Services, pool: str) -> list[dict[str, str]]:
    return [key.public_jwk for key in await services.storage.keys.signing(pool) if key.use != "saml"]


async def discovery(services: Services, pool: str) -> dict[str, object]:
    """OpenID discovery, as far as it is true: endpoints that are not there are not named."""
    issuer = services.tokens.issuer_of(pool)
    return {
        "issuer": issuer,
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": [],
        "scopes_supported": [SELF_SERVICE_SCOPE],
    }


async def jwks(request: web.Request) -> web.Response:
    """GET of a pool's key set."""
    return await _document(request, key_set)


async def openid_configuration(request: web.Request) -> web.Response:
    """GET of a pool's discovery document."""
    return await _document(request, discovery)


async def _document(request: web.Request, document: Document) -> web.Response:
    services, pool = request.app[SERVICES], request.match_info["pool"]
    if await services.storage.pools.find(pool) is None:
        return _answer(404, {"message": f"User pool {pool} does not exist."}, _UNCACHED)
    return _answer(200, await document(services, pool), _CACHED)


def _answer(status: int, content: object, headers: dict[str, str]) -> web.Response:
    body = msgspec.json.encode(content)
    return web.Response(status=status, body=body, content_type="application/json", headers=headers)
