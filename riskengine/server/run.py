"""Listening: the socket, the loop, and an end that finishes what was taken."""

import asyncio
import gc
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager, closing
from typing import Any, TypeVar

import msgspec
import structlog
from aiohttp import web

from riskengine import __version__
from riskengine.config import Settings
from riskengine.flows.services import Services
from riskengine.server import metrics
from riskengine.server.app import create_app
from riskengine.server.state import ARRIVALS

log = structlog.get_logger()

T = TypeVar("T")

_BACKLOG = 1024
IDLE = 75.0  # seconds for a request to follow, and for the lines of its head to come
_LOTS = (10_000, 10, 250)  # objects made, and rounds of the younger, before a generation is looked through
_ENDINGS = (signal.SIGINT, signal.SIGTERM)
GRACE = 30.0  # seconds that calls in flight get to finish


def bind(settings: Settings, *, is_one_of_many: bool = False) -> tuple[socket.socket, Settings]:
    """The listening socket, and the settings with the port it really got (for port 0).

    `is_one_of_many`: other processes of ours listen on the same port.

    Raises:
        OSError: the address is taken or not ours.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.create_server(
        (settings.host, settings.port), family=family, backlog=_BACKLOG, reuse_port=is_one_of_many
    )
    return listener, msgspec.structs.replace(settings, port=listener.getsockname()[1])


@asynccontextmanager
async def listening(app: web.Application, listener: socket.socket) -> AsyncIterator[str]:
    """Serve on a socket for the length of the block; its end waits for calls in flight."""
    # Bodies stay as they came: signatures are over the bytes sent, and nothing inflates in memory.
    runner = web.AppRunner(
        app,
        access_log=None,
        handle_signals=False,
        shutdown_timeout=GRACE,
        auto_decompress=False,
        keepalive_timeout=IDLE,
    )
    await runner.setup()
    try:
        await web.SockSite(runner, listener).start()
        yield url_of(listener)
    finally:
        app[ARRIVALS].hurry()
        await runner.cleanup()


async def serve(  # noqa: PLR0913 - one thing each
    services: Services,
    settings: Settings,
    *,
    listener: socket.socket | None = None,
    ready: Callable[[str], None] | None = None,
    orphaned: int | None = None,
    pages: Iterable[web.RouteDef] = (),
) -> None:
    """Serve until SIGINT or SIGTERM; `ready` is told the URL once it answers.

    `orphaned`: a file that can be read once whoever started us is gone, and with them our reason to be.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    if orphaned is not None:
        loop.add_reader(orphaned, stop.set)
    for number in _ENDINGS:
        loop.add_signal_handler(number, _begin_end, loop, stop, orphaned is None)
    with closing(listener or bind(settings)[0]) as bound:
        async with listening(create_app(services, pages=pages), bound) as url, _published():
            log.info("listening", url=url, version=__version__)
            if settings.insecure_dev:
                log.warning("insecure_dev", meaning="operators' calls are taken unsigned")
            settle_memory()
            if ready is not None:
                ready(url)
            await stop.wait()
            if orphaned is not None:
                loop.remove_reader(orphaned)
            log.info("stopping")


def settle_memory() -> None:
    """Have the collector of garbage stop the loop seldom and shortly: a call leaves it nothing to find.

    What is loaded by now stays, and is not looked through again; the young are, in larger lots.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_LOTS)


def _begin_end(loop: asyncio.AbstractEventLoop, stop: asyncio.Event, is_alone: bool) -> None:  # noqa: FBT001 - a callback's
    """Finish what was taken; at a second signal whoever is alone ends at once, others by their supervisor."""
    stop.set()
    if is_alone:
        for number in _ENDINGS:
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)


@asynccontextmanager
async def _published() -> AsyncIterator[None]:
    """The other workers see our metrics, for the length of the block."""
    task = asyncio.create_task(_publish())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        metrics.publish()


async def _publish() -> None:
    while metrics.is_shared():
        metrics.publish()
        await asyncio.sleep(metrics.SHARE_SECONDS)


def url_of(listener: socket.socket) -> str:
    """The base URL of a listening socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run to the end, on uvloop where it is installed."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(main)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory
