"""`riskengine simulate`: made-up sign-ins with labels, to judge and train on."""

import gzip
import json
from pathlib import Path

import click

from riskengine.cli.progress import counting
from riskengine.training.simulate import Plan, rates
from riskengine.training.simulate import simulate as make_up


@click.command()
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--seed", default=1, show_default=True, help="The same seed always makes the same stream")
@click.option("--users", default=500, show_default=True, type=click.IntRange(20, 100_000))
@click.option("--days", default=75, show_default=True, type=click.IntRange(10, 1000))
@click.option(
    "--country", "countries", multiple=True, metavar="CODE[=WEIGHT]", help="Where people live; NO by default"
)
@click.option(
    "--verdicts",
    default=0.0,
    show_default=True,
    type=click.FloatRange(0.0, 1.0),
    help="Share of the stream in which somebody says what events were",
)
@click.option(
    "--collected",
    default=rates.COLLECTED,
    show_default=True,
    type=click.FloatRange(0.0, 1.0),
    help="Share of people whose application sends device data",
)
def simulate(  # noqa: PLR0913, PLR0917 - one option each
    out: Path, seed: int, users: int, days: int, countries: tuple[str, ...], verdicts: float, collected: float
) -> None:
    """Write a labelled stream of made-up sign-ins to OUT (attempts as JSON lines; gzip by its name)."""
    plan = Plan(seed, users, days, dict(map(_weighed, countries)) or None, verdicts, collected)
    with counting("Making up lives", "people") as progress:
        lines = make_up(plan, progress)
    text = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines).encode()
    # Without a time in the header the same plan gives the same bytes.
    out.write_bytes(gzip.compress(text, mtime=0) if out.suffix == ".gz" else text)
    attacks = sum(line.get("label", "legit") != "legit" and line["password_ok"] for line in lines)
    click.echo(f"{len(lines)} lines, {attacks} attacks with the right password")


def _weighed(text: str) -> tuple[str, float]:
    code, _, weight = text.partition("=")
    try:
        return code.upper(), float(weight or 1)
    except ValueError:
        raise click.BadParameter(f"{text} is not CODE or CODE=WEIGHT", param_hint="--country") from None
