"""`riskengine keys`: the access keys that operators sign requests with."""

import json
from fnmatch import fnmatchcase
from typing import Any

import click

from riskengine import api
from riskengine.base.clock import to_seconds
from riskengine.cli.house import with_house
from riskengine.cli.options import json_option, settings_from, settings_options
from riskengine.flows.access_keys import create_access_key
from riskengine.flows.services import Services


@click.group()
def keys() -> None:
    """Access keys of operators (SigV4)."""


@keys.command()
@click.option("--description", default="", help="What the key is for")
@click.option("--allow", multiple=True, default=("*",), metavar="PATTERN", help="Operations it may call")
@click.option("--pool", multiple=True, default=("*",), metavar="PATTERN", help="Pools it may touch")
@json_option
@settings_options
def create(  # noqa: PLR0913 - one option each
    config: str | None,
    database: str | None,
    description: str,
    allow: tuple[str, ...],
    pool: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """Make a key; its secret is shown this once. Without --allow and --pool it may do everything.

    A pattern is as in file names: --allow 'AdminGet*' --allow 'List*' --pool 'eu-west-1_*'.
    """
    _require_known(allow)

    async def work(services: Services) -> dict[str, str]:
        key, secret = await create_access_key(services, description, operations=allow, pools=pool)
        return {"AccessKeyId": key.id, "SecretAccessKey": secret.reveal()}

    made = with_house(settings_from(config, database=database), work)
    click.echo(json.dumps(made) if as_json else "\n".join(f"{name}={value}" for name, value in made.items()))


@keys.command("list")
@json_option
@settings_options
def list_(config: str | None, database: str | None, *, as_json: bool) -> None:
    """List the keys, without their secrets."""

    async def work(services: Services) -> list[dict[str, Any]]:
        return [
            {
                "AccessKeyId": key.id,
                "Created": to_seconds(key.created),
                "Description": key.description,
                "Operations": key.operations,
                "Pools": key.pools,
            }
            for key in await services.storage.keys.list_access()
        ]

    listed = with_house(settings_from(config, database=database), work)
    if as_json:
        click.echo(json.dumps(listed))
        return
    for key in listed:
        policy = f"{' '.join(key['Operations'])} in {' '.join(key['Pools'])}"
        click.echo(f"{key['AccessKeyId']}  {policy}  {key['Description']}")


@keys.command()
@click.argument("access_key_id")
@settings_options
def delete(config: str | None, database: str | None, access_key_id: str) -> None:
    """Delete a key; requests signed with it are refused within a second."""

    async def work(services: Services) -> bool:
        if await services.storage.keys.access(access_key_id) is None:
            return False
        async with services.storage.transaction() as tx:
            tx.keys.delete_access(access_key_id)
        return True

    if not with_house(settings_from(config, database=database), work):
        raise click.ClickException(f"There is no key {access_key_id}")


def _require_known(patterns: tuple[str, ...]) -> None:
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in api.OPERATIONS):
            raise click.BadParameter(f"{pattern} matches no operation", param_hint="--allow")
