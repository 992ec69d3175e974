"""`riskengine train`: the shipped correction, from made-up streams."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from riskengine.base.bundle import model_file
from riskengine.base.clock import SystemClock, to_seconds
from riskengine.cli.options import settings_from
from riskengine.cli.progress import counting
from riskengine.flows import threat
from riskengine.training.simulate import Plan
from riskengine.wiring import open_context

# Where people of the training streams live, and of those that it is judged on.
_COUNTRIES = ({"NO": 1.0}, {"BR": 1.0}, {"US": 1.0}, {"DE": 3.0, "FR": 1.0, "GB": 1.0, "US": 1.0})
_UNSEEN = ({"IN": 1.0}, {"ES": 2.0, "IT": 1.0}, {"PL": 1.0})


@click.command()
@click.option("--seed", default=100, show_default=True, help="Of the first stream; the others count on")
@click.option("--users", default=500, show_default=True, type=click.IntRange(20, 20_000))
@click.option("--days", default=75, show_default=True, type=click.IntRange(10, 400))
@click.option(
    "--out",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help="Folder; the shipped one by default",
)
def train(seed: int, users: int, days: int, out: Path | None) -> None:
    """Fit the correction on made-up streams of some countries, judge it on others, and write it if better.

    Writes correction.json and red-team.json. A serving process reads them when it starts.
    """
    # scikit-learn takes seconds to import.
    from riskengine.training.fit import plain  # noqa: PLC0415
    from riskengine.training.train import train as work  # noqa: PLC0415

    places = (*_COUNTRIES, *_UNSEEN)
    plans = [Plan(seed + at, users, days, countries) for at, countries in enumerate(places)]
    policy = threat.compiled(threat.DEFAULT, "ENFORCED").policy
    today = f"{datetime.fromtimestamp(to_seconds(SystemClock().now()), UTC):%Y-%m-%d}"
    with counting("Making up, replaying", "streams") as progress:
        done = work(
            plans[: len(_COUNTRIES)],
            plans[len(_COUNTRIES) :],
            open_context(settings_from(None)),
            policy,
            f"trained-{today}",
            progress,
        )
    click.echo(json.dumps(done.figures))
    if not done.is_better:
        raise click.ClickException("Not written: it is no better on the streams it has not seen")
    folder = out or model_file("priors.json").parent
    command = f"riskengine train --seed {seed} --users {users} --days {days}"
    about = {"command": command, "date": today, "unseen streams": done.figures}
    _write(folder / "correction.json", plain(done.trained, about))
    _write(folder / "red-team.json", {"about": {"command": command, "date": today}, "attacks": done.red_team})
    click.echo(f"written: correction.json and red-team.json in {folder}")


def _write(path: Path, data: object) -> None:
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
