"""`riskengine import-attempts`: a warm start from recorded sign-ins."""

import json
from pathlib import Path

import click

from riskengine.cli.house import with_house
from riskengine.cli.options import json_option, settings_from, settings_options
from riskengine.cli.progress import counting
from riskengine.context.recorded import read_attempts
from riskengine.flows.services import Services
from riskengine.flows.warm_start import Imported
from riskengine.flows.warm_start import import_attempts as warm_start


@click.command("import-attempts")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--pool", required=True, help="Id of the pool whose users these are")
@json_option
@settings_options
def import_attempts(
    file: Path, pool: str, config: str | None, database: str | None, *, as_json: bool
) -> None:
    """Teach a pool what FILE recorded (attempts as JSON lines, plain or gzip), before the service starts."""

    async def work(services: Services) -> Imported:
        found = await services.storage.pools.find(pool)
        if found is None:
            raise click.ClickException(f"User pool {pool} does not exist.")
        with counting(f"Importing {file.name}", "lines") as progress:
            return await warm_start(services, found, lambda: read_attempts(file), progress)

    done = with_house(settings_from(config, database=database), work)
    for fault in done.faults[:20]:
        click.echo(f"{file}:{fault.number}: {fault.reason}", err=True)
    counts = {
        "attempts": done.attempts,
        "verdicts": done.verdicts,
        "unknown_users": done.unknown_users,
        "bad_lines": len(done.faults),
    }
    click.echo(
        json.dumps(counts) if as_json else ", ".join(f"{count} {name}" for name, count in counts.items())
    )
