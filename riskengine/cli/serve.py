"""`riskengine serve`: the service."""

import socket
from collections.abc import Callable

import click
import structlog

from riskengine import telemetry
from riskengine.cli.house import TROUBLES, told
from riskengine.cli.options import settings_from, settings_options
from riskengine.config import Settings
from riskengine.entities.message import MEDIUMS
from riskengine.flows.access_keys import create_access_key, require_master_key
from riskengine.flows.services import Services
from riskengine.jobs.runner import running
from riskengine.server.run import bind, run
from riskengine.server.run import serve as serve_http
from riskengine.server.supervisor import Supervisor, reserve
from riskengine.tracing import check, traced
from riskengine.wiring import open_house, open_pages

log = structlog.get_logger()


@click.command()
@click.option("--host", help="Address to listen on; loopback by default")
@click.option("--port", type=int, help="Port; 0 takes a free one")
@click.option("--workers", type=int, help="Processes; more than one need PostgreSQL")
@click.option("--issuer", metavar="URL", help="Base of the tokens' issuer, if it is not this address")
@click.option("--insecure-dev", is_flag=True, default=None, help="Accept unsigned operator requests")
@settings_options
def serve(config: str | None, **overrides: object) -> None:
    """Serve the API until interrupted."""
    settings = settings_from(config, **overrides)
    try:
        telemetry.configure(settings.log_level, settings.log_format)
        check(settings.traces_url)
    except ValueError as error:
        raise told(error) from None
    _require_workers(settings)
    try:
        listener, bound = bind(settings) if settings.workers == 1 else reserve(settings)
    except OSError as error:
        raise click.ClickException(f"Can't listen on {settings.host}:{settings.port}: {error}") from None
    try:
        with listener:
            if settings.workers == 1:
                run(_serve_alone(bound, listener))
            else:
                _serve_together(bound)
    except TROUBLES as error:
        raise told(error) from None


def _require_workers(settings: Settings) -> None:
    if settings.workers > 1 and settings.database.startswith("sqlite:"):
        raise click.ClickException(
            "Bad setting: a SQLite file is served by one process; more workers need PostgreSQL (--database)"
        )


async def _serve_alone(settings: Settings, listener: socket.socket) -> None:
    with traced(settings.traces_url):
        await _serve_house(settings, listener)


async def _serve_house(settings: Settings, listener: socket.socket) -> None:
    async with open_house(settings) as services:
        await _prepare(services)
        async with running(services):
            await serve_http(
                services, settings, listener=listener, pages=open_pages(services), ready=_tell_url
            )


def _serve_together(settings: Settings) -> None:
    """Schema and first key once, before anybody forks; then everything by the workers."""

    async def prepare() -> None:
        async with open_house(settings) as services:
            await _prepare(services)

    async def inside(is_ready: Callable[[], None], orphaned: int) -> None:
        listener, _ = bind(settings, is_one_of_many=True)
        with listener, traced(settings.traces_url):
            async with open_house(settings) as services, running(services):
                await serve_http(
                    services,
                    settings,
                    listener=listener,
                    pages=open_pages(services),
                    ready=lambda _url: is_ready(),
                    orphaned=orphaned,
                )

    run(prepare())
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    Supervisor(settings.workers, lambda _index, is_ready, orphaned: run(inside(is_ready, orphaned))).run(
        lambda: _tell_url(f"http://{host}:{settings.port}")
    )


async def _prepare(services: Services) -> None:
    await require_master_key(services)
    await _offer_first_key(services)
    _tell_of_messages(services)


def _tell_url(url: str) -> None:
    click.echo(f"riskengine answers at {url}")


def _tell_of_messages(services: Services) -> None:
    """Nobody should wait for a code that nothing sends."""
    kept = [medium for medium in MEDIUMS if services.courier.carrier(medium) is None]
    if kept:
        hint = "riskengine outbox latest DESTINATION shows them; set smtp and sms_url to send"
        log.warning("messages_stay_in_the_outbox", mediums=kept, hint=hint)


async def _offer_first_key(services: Services) -> None:
    """A first start shows one access key, once."""
    if await services.storage.keys.list_access():
        return
    key, secret = await create_access_key(services, "made at the first start")
    click.echo("First start: an access key for operators, shown this once.")
    click.echo(f"  AWS_ACCESS_KEY_ID={key.id}\n  AWS_SECRET_ACCESS_KEY={secret.reveal()}")
