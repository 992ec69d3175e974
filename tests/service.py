"""The whole service for tests: the real application on a free loopback port, in a thread of its own."""

import asyncio
import base64
import threading
from collections.abc import Callable, Coroutine, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Self, TypeVar

import boto3
from botocore.config import Config

from riskengine import telemetry
from riskengine.base.clock import SECOND, SystemClock
from riskengine.config import Settings
from riskengine.flows.access_keys import create_access_key
from riskengine.flows.services import Services
from riskengine.operations.registry import Handler
from riskengine.server.app import create_app
from riskengine.server.run import bind, listening, run
from riskengine.wiring import open_house, open_pages

T = TypeVar("T")

REGION = "us-east-1"
MASTER_KEY = base64.b64encode(bytes(range(32))).decode()
PATIENCE = 30.0


class FakeClock:
    """The machine's time, moved on at will; it ticks, as real clients bring times of their own."""

    def __init__(self) -> None:
        self._machine = SystemClock()
        self._ahead = 0

    def now(self) -> int:
        """Microseconds since the epoch."""
        return self._machine.now() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._ahead += round(seconds * SECOND)


class Service:
    """A running service. `handlers` replaces those of the API, for tests of the web floor."""

    def __init__(self, settings: Settings, handlers: Mapping[str, Handler] | None = None) -> None:
        self.clock = FakeClock()
        self.endpoint = ""
        self._settings = settings
        self._handlers = handlers
        self._services: Services | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._failure: BaseException | None = None
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, name="service", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._started.wait(PATIENCE) or self._failure is not None:
            raise RuntimeError("the service did not start") from self._failure
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End as SIGTERM would: calls in flight are finished."""
        if self._loop is not None and self._stop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(PATIENCE)

    @property
    def services(self) -> Services:
        """The inside of the house; use it through `do`, on the service's own loop."""
        assert self._services is not None
        return self._services

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.endpoint.rpartition(":")[2])

    def do(self, work: Callable[[Services], Coroutine[Any, Any, T]]) -> T:
        """The answer of `work(services)`, run on the service's loop."""
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(work(self.services), self._loop).result(PATIENCE)

    def key(self) -> tuple[str, str]:
        """A fresh access key and its secret."""
        key, secret = self.do(lambda services: create_access_key(services, "test"))
        return key.id, secret.reveal()

    @cached_property
    def shared_api(self) -> Any:
        """A client for whoever registers no handlers at it: making one costs 20 ms."""
        return self.boto3()

    def boto3(self, key: tuple[str, str] | None = None, **options: Any) -> Any:
        """A cognito-idp client that never retries; signs with a fresh access key."""
        id_, secret = key or self.key()
        config = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=PATIENCE)
        return boto3.client(
            "cognito-idp",
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=id_,
            aws_secret_access_key=secret,
            config=config.merge(Config(**options)) if options else config,
        )

    def _run(self) -> None:
        try:
            run(self._main())
        except BaseException as error:  # noqa: BLE001 - told to whoever started us
            self._failure = error
        finally:
            self._started.set()

    async def _main(self) -> None:
        telemetry.configure("info")
        listener, settings = bind(self._settings)
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        with listener:
            async with (
                open_house(settings, self.clock) as services,
                listening(
                    create_app(services, handlers=self._handlers, pages=open_pages(services)), listener
                ) as url,
            ):
                self._services, self.endpoint = services, url
                self._started.set()
                await self._stop.wait()


def settings_for(folder: Path, **changes: Any) -> Settings:
    """Settings of a throw-away service: a free port, a database file of its own."""
    defaults = {"port": 0, "database": f"sqlite:///{folder / 'service.db'}", "secret_key": MASTER_KEY}
    return Settings(**{**defaults, **changes})
