"""The service inside the benchmark's own process, so that its stages and threads can be watched."""

import threading
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import servers

from riskengine import telemetry
from riskengine.config import Settings
from riskengine.flows.access_keys import create_access_key
from riskengine.flows.services import Services
from riskengine.server.app import create_app
from riskengine.server.run import bind, listening, settle_memory
from riskengine.wiring import open_house

LOOP, SIGNATURES, WRITER, OTHERS = "event loop", "signature threads", "writer", "other threads"
_NAMES = {"crypto": SIGNATURES, "sqlite-writer": WRITER}


@asynccontextmanager
async def riskengine(database: Path) -> AsyncIterator[tuple[Services, servers.Server]]:
    """Serve a SQLite file from this thread's event loop."""
    telemetry.configure("warning")
    listener, settings = bind(
        Settings(port=0, database=f"sqlite:///{database}", trusted_proxies=("127.0.0.1/32",))
    )
    with listener:
        async with open_house(settings) as services, listening(create_app(services), listener) as url:
            key, secret = await create_access_key(services, "benchmark")
            settle_memory()
            yield services, servers.Server("riskengine", url, (key.id, secret.reveal()), 0)


def processor_seconds() -> dict[str, float]:
    """Processor time of this process so far, by what its threads are for."""
    taken: dict[str, float] = defaultdict(float)
    for thread in threading.enumerate():
        if thread.ident is not None:
            clock = time.pthread_getcpuclockid(thread.ident)
            taken[_purpose(thread)] += time.clock_gettime(clock)
    taken[OTHERS] += time.process_time() - sum(taken.values())
    return taken


def _purpose(thread: threading.Thread) -> str:
    if thread is threading.main_thread():
        return LOOP
    return _NAMES.get(thread.name.partition("_")[0], OTHERS)
