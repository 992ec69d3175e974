"""The demo as a whole: the real service on loopback, and boto3 calling it from a thread."""

import asyncio
import io
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from botocore.exceptions import BotoCoreError, ClientError
from msgspec.structs import replace
from rich.console import Console

from riskengine.base.clock import DAY, MINUTE, SystemClock
from riskengine.config import Settings, load
from riskengine.context.address import parse_address
from riskengine.context.recorded import read_lines
from riskengine.credentials.master_key import MasterKeyError
from riskengine.demo.client import Access, Api
from riskengine.demo.clock import PlayClock, last_morning
from riskengine.demo.history import recorded
from riskengine.demo.people import PEOPLE
from riskengine.demo.play import Decided, Play, Shown, UnplayableError
from riskengine.demo.scenes import MINUTES
from riskengine.demo.stage import STAGE_DAYS, set_stage
from riskengine.demo.table import console, json_of, table_of
from riskengine.demo.words import introduction, next_steps
from riskengine.flows import lookup
from riskengine.flows.access_keys import create_access_key
from riskengine.flows.services import Services
from riskengine.flows.warm_start import Imported, import_attempts
from riskengine.jobs.runner import running
from riskengine.risk.score import thresholds
from riskengine.server.app import create_app
from riskengine.server.run import bind, listening, run
from riskengine.storage.errors import StorageError
from riskengine.wiring import open_house, open_pages

_PROXY = "127.0.0.1"  # the demo's calls come from here, with X-Forwarded-For as behind a reverse proxy


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asks for."""

    port: int | None
    database: str | None
    is_brief: bool
    as_json: bool


@dataclass(frozen=True, slots=True)
class _Times:
    """The play's clock, and when the play begins (microseconds)."""

    clock: PlayClock
    opening: int


Progress = Callable[[str], None]


def give(wishes: Wishes) -> None:
    """The whole demo; ClickException where it can't be given."""
    with _settings(wishes) as settings:
        try:
            listener, bound = _bind(settings, wishes.port)
        except OSError as error:
            raise click.ClickException(f"Can't listen on port {settings.port}: {error}") from None
        try:
            run(_in_house(wishes, bound, listener))
        except (UnplayableError, BotoCoreError, ClientError, StorageError, MasterKeyError, OSError) as error:
            raise click.ClickException(f"{type(error).__name__}: {error}") from None


@contextmanager
def _settings(wishes: Wishes) -> Iterator[Settings]:
    """Settings over a database of the operator's, or over one that goes with the demo."""
    given = {"host": _PROXY, "port": wishes.port, "trusted_proxies": (_PROXY,)}
    if wishes.database:
        yield load(None, {"database": wishes.database, **given})
        return
    with TemporaryDirectory(prefix="riskengine-demo-") as folder:
        database, key = f"sqlite:///{Path(folder) / 'demo.db'}", str(Path(folder) / "demo.key")
        yield load(None, {"database": database, "secret_key_file": key, **given})


def _bind(settings: Settings, wished: int | None) -> tuple[socket.socket, Settings]:
    try:
        return bind(settings)
    except OSError:
        if wished is not None:
            raise
        return bind(replace(settings, port=0))


async def _in_house(wishes: Wishes, settings: Settings, listener: socket.socket) -> None:
    opening = last_morning(SystemClock().now(), spare=MINUTES * MINUTE)
    clock = PlayClock(opening - STAGE_DAYS * DAY)
    with closing(listener):
        async with (
            open_house(settings, clock) as services,
            running(services),
            listening(create_app(services, pages=open_pages(services)), listener) as url,
        ):
            key, secret = await create_access_key(services, "demo")
            access = Access(url, settings.region, key.id, secret)
            with _watched() as progress:
                play, past = await _stage(services, access, _Times(clock, opening), progress)
                shown = await asyncio.to_thread(_played, play, progress, wishes.as_json)
            if not wishes.as_json:
                await _show(services, play, past, shown)
            clock.catch_up()
            if not wishes.is_brief:
                click.echo(next_steps(access, play.stage.app), err=wishes.as_json)
                await _interruption()


async def _stage(
    services: Services, access: Access, times: _Times, progress: Progress
) -> tuple[Play, Imported]:
    """The pool, its people and their past; boto3 blocks, so it has a thread of its own."""
    progress("boto3 makes a pool, its risk configuration and its users")
    api = await asyncio.to_thread(Api, access)
    stage = await asyncio.to_thread(set_stage, api, times.clock, times.opening)
    lines = list(read_lines(io.BytesIO(b"\n".join(recorded(times.opening)))))
    progress(f"{len(lines):,} recorded sign-ins teach the engine {len(PEOPLE)} people's habits")
    times.clock.move_to(times.opening)
    pool = await lookup.pool(services.storage, stage.app.pool)
    past = await import_attempts(services, pool, lambda: lines)
    if past.faults or past.unknown_users:
        raise UnplayableError(f"the recorded sign-ins could not be read: {past}")
    return Play(api, stage, times.clock, times.opening), past


def _played(play: Play, progress: Progress, as_json: bool) -> list[Shown]:  # noqa: FBT001 - a thread's argument
    shown: list[Shown] = []
    for each in play.perform(progress):
        shown.append(each)
        if as_json and isinstance(each, Decided):
            click.echo(json_of(each))
    return shown


async def _show(services: Services, play: Play, past: Imported, shown: list[Shown]) -> None:
    engine = await services.risk.engine(play.stage.app.pool, services.clock.now())
    limits = thresholds(engine.population, engine.model)
    out = console()
    out.print(introduction(past.attempts, limits))
    out.print(table_of(shown, lambda address: network_of(services, address)))


def network_of(services: Services, address: str) -> str:
    """Whose network an address is in, and where, as the geography database has it."""
    parsed = parse_address(address)
    place = services.attempts.geo.find(parsed) if parsed else None
    if place is None:
        return "an unknown network"
    return f"{place.organisation or 'an unnamed network'} ({place.country or '?'})"


@contextmanager
def _watched() -> Iterator[Progress]:
    """A line of progress on standard error, where somebody watches."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with Console(stderr=True).status("starting") as status:
        yield status.update


async def _interruption() -> None:
    """Wait for Ctrl+C, or for whoever stops services."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
