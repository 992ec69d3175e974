"""PUT of an import's file: streamed, so that no more than a piece of it is in memory."""

import asyncio
from collections.abc import AsyncIterator

from aiohttp import web

from riskengine.flows.user_imports import UploadRefusedError, receive
from riskengine.server.state import SERVICES

_CHUNK = 64 * 1024
_CHUNK_SECONDS = 30.0


async def upload(request: web.Request) -> web.Response:
    """Take the file of the job that the URL names."""
    try:
        await receive(request.app[SERVICES], request.match_info["token"], _content(request))
    except UploadRefusedError as error:
        return web.Response(status=error.status, text=f"{error}\n")
    except TimeoutError:
        return web.Response(status=408, text="The file did not come in time.\n")
    return web.Response()


async def _content(request: web.Request) -> AsyncIterator[bytes]:
    while True:
        async with asyncio.timeout(_CHUNK_SECONDS):
            data = await request.content.read(_CHUNK)
        if not data:
            return
        yield data
