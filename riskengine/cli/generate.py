"""`riskengine generate`: the API's types, from the service model."""

import click

from riskengine.api.generator import generate as generate_api


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; fail where the tree differs")
def generate(*, check: bool) -> None:
    """Write riskengine/api anew from botocore's cognito-idp model (a development dependency)."""
    different = generate_api(check=check)
    for path in different:
        click.echo(f"{'differs' if check else 'written'}: {path}")
    if check and different:
        raise click.ClickException("The generated API is not up to date: run `riskengine generate`.")
