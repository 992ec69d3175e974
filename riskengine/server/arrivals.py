"""Bodies on their way in: each has some seconds, and only a few more once the service is to end."""

import asyncio
from contextlib import suppress

from aiohttp import web

BODY_SECONDS = 20.0
LAST_SECONDS = 2.0


class Arrivals:
    """The bodies that are being read now."""

    def __init__(self) -> None:
        self._open: set[asyncio.Timeout] = set()
        self._is_ending = False

    async def read(self, request: web.Request) -> bytes:
        """The whole body.

        Raises:
            TimeoutError: the sender dawdles.
        """
        async with asyncio.timeout(LAST_SECONDS if self._is_ending else BODY_SECONDS) as timeout:
            self._open.add(timeout)
            try:
                return await request.read()
            finally:
                self._open.discard(timeout)

    def hurry(self) -> None:
        """The service is to end: what has not come in a moment will not be waited for."""
        self._is_ending = True
        soon = asyncio.get_running_loop().time() + LAST_SECONDS
        for timeout in self._open:
            with suppress(RuntimeError):  # it has run out at this very moment
                if (timeout.when() or soon) > soon:
                    timeout.reschedule(soon)


async def read_body(request: web.Request, arrivals: Arrivals) -> bytes:
    """The whole body; the application bounds its length, a chunked one too.

    Raises:
        TimeoutError: the sender dawdles.
        HTTPRequestEntityTooLarge: it grew too long.
    """
    if request.content.is_eof():
        return await request.read()
    return await arrivals.read(request)
