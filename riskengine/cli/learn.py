"""`riskengine learn`: what pools learned from verdicts, its versions, and the way back."""

import json
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, TypeVar

import click
from msgspec import to_builtins
from rich.console import Console
from rich.table import Table

from riskengine.base.clock import to_seconds
from riskengine.cli.house import with_house
from riskengine.cli.options import json_option, settings_from, settings_options
from riskengine.entities import Learned
from riskengine.flows.learned_versions import UnknownVersionError, hold, learn_now, roll_back
from riskengine.flows.services import Services

T = TypeVar("T")

_pool = click.option("--pool", required=True, help="Id of the pool")


@click.group()
def learn() -> None:
    """What a pool learned from verdicts (feedback on events): versions, promotion, rollback.

    A serving process learns by itself, once a day and after eight new verdicts, and promotes what does no
    worse on the latest verdicts and on the shipped attacks. It follows these commands within a second or two.
    """


@learn.command()
@_pool
@json_option
@settings_options
def now(pool: str, config: str | None, database: str | None, *, as_json: bool) -> None:
    """Learn from all verdicts at once; promoted only if it does no worse."""

    async def work(services: Services) -> dict[str, Any]:
        engine = await services.risk.engine(pool, services.clock.now())
        found = await learn_now(services.storage, pool, engine.population, services.clock.now())
        return {"promoted": found.is_promoted, "reason": found.reason, **found.figures}

    done = _with_pool(config, database, pool, work)
    click.echo(
        json.dumps(done) if as_json else ", ".join(f"{name}: {_say(value)}" for name, value in done.items())
    )


@learn.command("list")
@_pool
@json_option
@settings_options
def list_(pool: str, config: str | None, database: str | None, *, as_json: bool) -> None:
    """List the versions, the latest last: that one scores."""

    async def work(services: Services) -> Learned:
        return await services.storage.learned.find(pool)

    learned = _with_pool(config, database, pool, work)
    if as_json:
        click.echo(json.dumps(to_builtins(learned)))
        return
    table = Table("version", "made", "by", "verdicts", "figures")
    for each in learned.versions:
        made = f"{datetime.fromtimestamp(to_seconds(each.created), UTC):%Y-%m-%d %H:%M}"
        figures = ", ".join(f"{name} {value:.3f}" for name, value in each.figures.items())
        table.add_row(str(each.number), made, each.source, str(each.verdicts), figures)
    Console().print(table)
    if learned.is_held:
        click.echo("Held: only a command promotes.")


@learn.command()
@_pool
@click.argument("version", type=int)
@settings_options
def rollback(pool: str, version: int, config: str | None, database: str | None) -> None:
    """Score with an older VERSION again, 0 for the shipped numbers alone, and hold the schedule."""

    async def work(services: Services) -> int:
        return (await roll_back(services.storage, pool, version, services.clock.now())).number

    try:
        number = _with_pool(config, database, pool, work)
    except UnknownVersionError:
        raise click.ClickException(f"There is no version {version} of pool {pool}") from None
    click.echo(f"Version {number} scores: what version {version} was. Held until `riskengine learn resume`.")


@learn.command()
@_pool
@settings_options
def resume(pool: str, config: str | None, database: str | None) -> None:
    """Let the schedule promote again."""
    _with_pool(config, database, pool, lambda services: hold(services.storage, pool, is_held=False))


def _with_pool(
    config: str | None, database: str | None, pool: str, work: Callable[[Services], Coroutine[Any, Any, T]]
) -> T:
    async def inside(services: Services) -> T:
        if await services.storage.pools.find(pool) is None:
            raise click.ClickException(f"User pool {pool} does not exist.")
        return await work(services)

    return with_house(settings_from(config, database=database), inside)


def _say(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
