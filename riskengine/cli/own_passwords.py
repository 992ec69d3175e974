"""`riskengine breaches pool`: a pool's own list of unwanted passwords."""

import json
from collections.abc import Iterator
from typing import BinaryIO

import click

from riskengine.base.clock import to_day
from riskengine.base.secret import Secret
from riskengine.cli.house import with_house
from riskengine.cli.options import json_option, settings_from, settings_options
from riskengine.cli.progress import counting
from riskengine.flows.own_passwords import add_passwords, clear_passwords
from riskengine.flows.services import Services
from riskengine.storage.interface import PasswordList

_LONGEST = 256  # characters, as of a password


@click.group()
def pool() -> None:
    """A pool's own list: its company's name, its products, what an audit found."""


@pool.command()
@click.argument("pool_id", metavar="POOL")
@click.argument("file", type=click.File("rb"))
@settings_options
def add(config: str | None, database: str | None, pool_id: str, file: BinaryIO) -> None:
    """Add the passwords in FILE, one a line (- is standard input), to what POOL refuses.

    Capital letters and signs at the end make no other password of one. In force at once.
    """
    passwords = list(_passwords(file))

    async def work(services: Services) -> int:
        await _require(services, pool_id)
        with counting("Adding", "passwords") as progress:
            return await add_passwords(services, pool_id, passwords, progress)

    given = with_house(settings_from(config, database=database), work)
    click.echo(f"{given:,} passwords added to the list of {pool_id}")


@pool.command("list")
@json_option
@settings_options
def list_(config: str | None, database: str | None, *, as_json: bool) -> None:
    """The pools that have a list, and how long it is; what is on it nobody can read."""

    async def work(services: Services) -> list[PasswordList]:
        return list(await services.storage.breached_passwords.lists())

    found = with_house(settings_from(config, database=database), work)
    if as_json:
        told = [{"pool": each.pool, "entries": each.entries, "date": to_day(each.added)} for each in found]
        click.echo(json.dumps(told))
        return
    for each in found:
        click.echo(f"{each.entries:>10,}  {to_day(each.added)}  {each.pool}")


@pool.command()
@click.argument("pool_id", metavar="POOL")
@settings_options
def clear(config: str | None, database: str | None, pool_id: str) -> None:
    """Forget the list of POOL."""

    async def work(services: Services) -> None:
        await _require(services, pool_id)
        await clear_passwords(services, pool_id)

    with_house(settings_from(config, database=database), work)
    click.echo(f"The list of {pool_id} is empty")


async def _require(services: Services, pool_id: str) -> None:
    if await services.storage.pools.find(pool_id) is None:
        raise click.ClickException(f"User pool {pool_id} does not exist.")


def _passwords(file: BinaryIO) -> Iterator[Secret]:
    for number, line in enumerate(file, 1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            raise click.ClickException(f"line {number:,} is not UTF-8") from None
        if len(text) > _LONGEST:
            raise click.ClickException(f"line {number:,} is longer than a password can be")
        if text:
            yield Secret(text)
