"""`riskengine breaches`: lists of passwords that attackers have."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from riskengine.base.clock import SystemClock, to_day
from riskengine.breaches.filter import BreachFilter
from riskengine.breaches.importing import Order, import_list
from riskengine.breaches.layout import Header, ListFileError
from riskengine.breaches.part import read_checkpoint
from riskengine.cli.options import json_option, settings_from, settings_options
from riskengine.cli.own_passwords import pool
from riskengine.cli.progress import reading
from riskengine.config import Settings
from riskengine.context.breached import CommonPasswords
from riskengine.wiring import breaches_file


@click.group()
def breaches() -> None:
    """Passwords known from breaches."""


breaches.add_command(pool)


@breaches.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--least-count",
    default=1,
    show_default=True,
    type=click.IntRange(1),
    help="Leave out hashes that were seen less often",
)
@click.option("--exact", is_flag=True, help="Keep 4 more bytes a hash, so that no other password is found")
@json_option
@settings_options
def import_(  # noqa: PLR0913 - one option each
    config: str | None, database: str | None, file: Path, least_count: int, *, exact: bool, as_json: bool
) -> None:
    """Make a list of FILE: Pwned Passwords ordered by hash (SHA-1 or NTLM; HEX:COUNT), plain or gzip.

    It lands in the setting `breaches_file`, else beside the database. The same command goes on where a
    crash stopped it. A running service takes the list up within ten seconds.
    """
    target = breaches_file(settings_from(config, database=database))
    order = Order(source=file, target=target, least_count=least_count, has_checks=exact)
    try:
        with reading(f"Importing {file.name}", file.stat().st_size) as progress:
            done = import_list(order, SystemClock().now(), progress)
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{file.name}: {error}") from None
    told = {"lines": done.lines, "resumed_at_line": done.resumed_at, **_described(target, done.header)}
    click.echo(json.dumps(told) if as_json else "\n".join(_lines("", told)))


@breaches.command()
@json_option
@settings_options
def status(config: str | None, database: str | None, *, as_json: bool) -> None:
    """What passwords are held against, and how old that is; a running service tells it in /metrics."""
    settings = settings_from(config, database=database)
    told = {
        "common": _common(),
        "list": _list(breaches_file(settings)),
        "import": _import(breaches_file(settings)),
        "api": _api(settings),
    }
    if as_json:
        click.echo(json.dumps(told))
        return
    for name, facts in told.items():
        click.echo("\n".join(_lines(name, facts)) if facts else f"{name}: none")


def _common() -> dict[str, Any]:
    common = CommonPasswords()
    return {"entries": len(common), "date": common.date, "source": common.source}


def _list(path: Path) -> dict[str, Any] | None:
    try:
        return _described(path, BreachFilter.open(path).header)
    except FileNotFoundError:
        return None
    except (OSError, ListFileError) as error:
        return {"path": str(path), "trouble": str(error)}


def _described(path: Path, header: Header) -> dict[str, Any]:
    return {
        "path": str(path),
        "entries": header.entries,
        "kind": header.kind,
        "source": header.source,
        "date": to_day(header.source_date),
        "imported": to_day(header.imported),
        "least_count": header.least_count,
        "exact": header.has_checks,
        "bytes": header.size,
    }


def _import(target: Path) -> dict[str, Any] | None:
    """An import that was begun and has not ended."""
    found = read_checkpoint(target)
    return {"source": found.task.source, "lines": found.lines} if found else None


def _api(settings: Settings) -> dict[str, Any] | None:
    if not settings.breaches_api:
        return None
    return {
        "host": urlsplit(settings.breaches_api).hostname,
        "timeout": settings.breaches_api_timeout,
        "failure": settings.breaches_api_failure,
    }


def _lines(name: str, facts: dict[str, Any]) -> list[str]:
    """A fact a line, numbers with commas."""
    indent = "  " if name else ""
    told = [
        f"{indent}{key}: {value:,}" if type(value) is int else f"{indent}{key}: {value}"
        for key, value in facts.items()
    ]
    return [f"{name}:", *told] if name else told
