"""`riskengine generate`: the API's types from the service model, and the table of operations."""

import click

from riskengine.api.generator import generate as generate_api
from riskengine.cli import operations_document


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; fail where the tree differs")
def generate(*, check: bool) -> None:
    """Write riskengine/api anew from botocore's cognito-idp model (a development dependency), and docs/."""
    different = generate_api(check=check)
    if not operations_document.is_current():
        different = (*different, operations_document.DOCUMENT.name)
        if not check:
            operations_document.write()
    for path in different:
        click.echo(f"{'differs' if check else 'written'}: {path}")
    if check and different:
        raise click.ClickException("What is generated is not up to date: run `riskengine generate`.")
