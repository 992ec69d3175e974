"""`riskengine migrate`: the schema, brought up to date."""

import click

from riskengine.cli.house import with_house
from riskengine.cli.options import settings_from, settings_options
from riskengine.flows.services import Services


@click.command()
@settings_options
def migrate(config: str | None, database: str | None) -> None:
    """Bring the database's schema up to date; serving does it too."""

    async def work(services: Services) -> None:
        await services.storage.ping()

    with_house(settings_from(config, database=database), work)
    click.echo("The schema is up to date.")
