"""`riskengine serve`: the service."""

import click
import structlog

from riskengine import telemetry
from riskengine.cli.house import TROUBLES, told
from riskengine.cli.options import settings_from, settings_options
from riskengine.entities.message import MEDIUMS
from riskengine.flows.access_keys import create_access_key, require_master_key
from riskengine.flows.services import Services
from riskengine.jobs.runner import running
from riskengine.server.run import bind, run
from riskengine.server.run import serve as serve_http
from riskengine.wiring import open_house, open_pages

_HIGHEST_PORT = 65535

log = structlog.get_logger()


@click.command()
@click.option("--host", help="Address to listen on; loopback by default")
@click.option("--port", type=int, help="Port; 0 takes a free one")
@click.option("--issuer", metavar="URL", help="Base of the tokens' issuer, if it is not this address")
@click.option("--insecure-dev", is_flag=True, default=None, help="Accept unsigned operator requests")
@settings_options
def serve(config: str | None, **overrides: object) -> None:
    """Serve the API until interrupted."""
    settings = settings_from(config, **overrides)
    try:
        telemetry.configure(settings.log_level, settings.log_format)
    except ValueError as error:
        raise told(error) from None
    if not 0 <= settings.port <= _HIGHEST_PORT:
        raise click.ClickException(f"Bad setting: there is no port {settings.port}")
    try:
        listener, bound = bind(settings)
    except OSError as error:
        raise click.ClickException(f"Can't listen on {settings.host}:{settings.port}: {error}") from None

    async def inside() -> None:
        async with open_house(bound) as services:
            await require_master_key(services)
            async with running(services):
                await _offer_first_key(services)
                _tell_of_messages(services)
                await serve_http(
                    services,
                    bound,
                    listener=listener,
                    pages=open_pages(services),
                    ready=lambda url: click.echo(f"riskengine answers at {url}"),
                )

    try:
        with listener:
            run(inside())
    except TROUBLES as error:
        raise told(error) from None


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
