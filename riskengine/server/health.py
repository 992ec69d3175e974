"""Is the process alive, and is it ready to sign somebody in?"""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import structlog
from aiohttp import web

from riskengine.flows.services import Services
from riskengine.server.state import ADMISSION, SERVICES
from riskengine.storage.errors import Unavailable

log = structlog.get_logger()

_PATIENCE = 2.0  # seconds
_SILENCE = 12.0  # seconds
_PROBE = b"ready?"
Check = Callable[[Services], Awaitable[None]]


async def _storage(services: Services) -> None:
    await services.storage.ping()


async def _migrations(services: Services) -> None:
    # The newest tables answer, or the schema is behind.
    await services.storage.pools.list_(after="", limit=1)
    await services.storage.keys.list_access()


async def _signing(services: Services) -> None:
    sealed = services.sealer.seal("health", _PROBE)
    if services.sealer.open("health", sealed) != _PROBE:
        raise ValueError("sealing is broken")
    for pool in await services.storage.pools.list_(after="", limit=1):
        await services.tokens.keys_of(pool.id)


async def _writing(services: Services) -> None:
    # Every process says that it is there every five seconds: what can't be written is known by then.
    seconds = asyncio.get_running_loop().time()
    if services.tail.silence(seconds) > _SILENCE:
        raise Unavailable("nothing could be written lately")


async def _hearing(services: Services) -> None:
    if services.tail.lag(asyncio.get_running_loop().time()) > _SILENCE:
        raise Unavailable("other processes are not heard")


CHECKS: tuple[tuple[str, Check], ...] = (
    ("storage", _storage),
    ("migrations", _migrations),
    ("signing", _signing),
    ("writing", _writing),
    ("hearing", _hearing),
)


async def failures(services: Services) -> dict[str, str]:
    """What is not ready, and why; empty when all is well."""
    found: dict[str, str] = {}
    for name, check in CHECKS:
        try:
            await asyncio.wait_for(check(services), _PATIENCE)
        except Exception as error:  # noqa: BLE001 - whatever it is, we are not ready
            found[name] = type(error).__name__
    return found


async def live(_request: web.Request) -> web.Response:
    """The loop turns."""
    return _answer(200, {"status": "live"})


async def ready(request: web.Request) -> web.Response:
    """200, or 503 with what is missing."""
    missing = await failures(request.app[SERVICES])
    if request.app[ADMISSION].is_full:
        missing["places"] = "Overloaded"
    if missing:
        log.warning("not_ready", **missing)
        return _answer(503, {"status": "not ready", "failed": missing})
    return _answer(200, {"status": "ready"})


def _answer(status: int, content: object) -> web.Response:
    headers = {"Cache-Control": "no-store"}
    return web.Response(
        status=status, body=msgspec.json.encode(content), content_type="application/json", headers=headers
    )
