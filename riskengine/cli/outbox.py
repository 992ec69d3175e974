"""`riskengine outbox`: messages on their way, and in development the codes they carry."""

import json
from typing import Any

import click

from riskengine.base.clock import SECOND, to_seconds
from riskengine.cli.house import with_house
from riskengine.cli.options import json_option, settings_from, settings_options
from riskengine.courier.envelope import open_content
from riskengine.flows.notifications import PURPOSE
from riskengine.flows.services import Services

_MOST_READ = 100


@click.group()
def outbox() -> None:
    """Messages to users."""


@outbox.command("list")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000))
@json_option
@settings_options
def list_(config: str | None, database: str | None, limit: int, *, as_json: bool) -> None:
    """The newest messages, without what they say."""

    async def work(services: Services) -> list[dict[str, Any]]:
        now = services.clock.now()
        return [
            {
                "Destination": message.destination,
                "Medium": message.medium,
                "Purpose": message.purpose,
                "Status": message.status,
                "Tries": message.tries,
                "Trouble": message.trouble,
                "Created": to_seconds(message.created),
                "AgeSeconds": (now - message.created) // SECOND,
            }
            for message in await services.storage.outbox.latest(None, limit=limit)
        ]

    listed = with_house(settings_from(config, database=database), work)
    if as_json:
        click.echo(json.dumps(listed))
        return
    for each in listed:
        click.echo(
            f"{each['AgeSeconds']:>7} s  {each['Status']:<8}{each['Medium']:<6}{each['Purpose']:<20}"
            f"{each['Destination']}  {each['Trouble']}".rstrip()
        )


@outbox.command()
@click.argument("destination")
@click.option("--notification", is_flag=True, help="The newest mail about a risky sign-in, whole")
@json_option
@settings_options
def latest(
    config: str | None, database: str | None, destination: str, *, notification: bool, as_json: bool
) -> None:
    """The code in the newest message to an address; what a server has taken is wiped."""

    async def work(services: Services) -> dict[str, str] | None:
        messages = await services.storage.outbox.latest(destination, limit=_MOST_READ)
        found = [each for each in messages if (each.purpose == PURPOSE) is notification]
        if not found or not found[0].content:
            return None
        content = open_content(services.sealer, found[0])
        return {"Code": content.secret, "Subject": content.subject, "Body": content.body}

    found = with_house(settings_from(config, database=database), work)
    if found is None:
        raise click.ClickException(f"The outbox holds no message to {destination}")
    click.echo(json.dumps(found) if as_json else found["Body" if notification else "Code"])
