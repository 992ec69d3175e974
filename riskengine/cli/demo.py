"""`riskengine demo`: the service at work on a made-up company's sign-ins, explained in a table."""

from importlib.util import find_spec

import click

from riskengine import telemetry
from riskengine.cli.options import json_option


@click.command()
@click.option("--exit", "is_brief", is_flag=True, help="End after the table, instead of serving on")
@click.option("--port", type=int, help="Port; 8080 by default, or a free one where that is taken")
@click.option("--database", metavar="URL", help="Keep everything there; a throw-away database by default")
@json_option
def demo(port: int | None, database: str | None, *, is_brief: bool, as_json: bool) -> None:
    """Start the service, play telling sign-ins through its API, and show what it decided and why."""
    if find_spec("boto3") is None:
        raise click.ClickException("The demo signs in with boto3: pip install 'riskengine[demo]'")
    telemetry.configure("error", "text")
    # boto3 is an extra, and slow to import: no other command should wait for it.
    from riskengine.demo.house import Wishes, give  # noqa: PLC0415

    give(Wishes(port=port, database=database, is_brief=is_brief, as_json=as_json))
