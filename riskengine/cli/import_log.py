"""`riskengine import-log`: what became of each line of an import of users."""

import click

from riskengine.cli.house import with_house
from riskengine.cli.options import settings_from, settings_options
from riskengine.flows.import_run import log_of
from riskengine.flows.services import Services


@click.command("import-log")
@click.argument("pool")
@click.argument("job")
@settings_options
def import_log(config: str | None, database: str | None, pool: str, job: str) -> None:
    """The log of a user import job, a line for each line of its file."""

    async def work(services: Services) -> bool:
        found = await services.storage.import_jobs.find(pool, job)
        if found is None:
            return False
        async for line in log_of(services.storage, found):
            click.echo(line)
        return True

    if not with_house(settings_from(config, database=database), work):
        raise click.ClickException(f"There is no import job {job} in {pool}")
