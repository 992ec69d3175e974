"""`riskengine evaluate`: how the engine judges a file of recorded sign-ins."""

import json
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from riskengine.cli.options import json_option, settings_from
from riskengine.cli.progress import counting
from riskengine.flows import threat
from riskengine.training.evaluate import Evaluation
from riskengine.training.evaluate import evaluate as replay
from riskengine.training.metrics import Metrics, measure
from riskengine.wiring import open_context

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--scores", type=_FILE, help="Write one JSON line per attempt, in the file's order")
@click.option("--config", metavar="FILE", type=click.Path(dir_okay=False), help="Settings in TOML")
@json_option
def evaluate(file: Path, scores: Path | None, config: str | None, *, as_json: bool) -> None:
    """Replay FILE (attempts as JSON lines, plain or gzip) through the engine that scores live sign-ins.

    With labels in the file it prints how many attacks are caught at which cost to good users.
    """
    builder = open_context(settings_from(config))
    policy = threat.compiled(threat.DEFAULT, "ENFORCED").policy
    try:
        with counting(f"Replaying {file.name}", "attempts") as progress:
            if scores is None:
                result = replay(file, builder, lambda _: None, policy=policy, progress=progress)
            else:
                with scores.open("w", encoding="utf-8") as out:
                    result = replay(
                        file, builder, lambda text: out.write(text + "\n"), policy=policy, progress=progress
                    )
    except OSError as error:
        raise click.ClickException(str(error)) from None
    for fault in result.faults[:20]:
        click.echo(f"{file}:{fault.number}: {fault.reason}", err=True)
    metrics = measure(result.labelled)
    click.echo(json.dumps(_summary(result, metrics))) if as_json else _show(result, metrics)


def _summary(result: Evaluation, metrics: Metrics | None) -> dict[str, object]:
    return {
        "attempts": result.attempts,
        "verdicts": result.verdicts,
        "unknown_verdicts": result.unknown_verdicts,
        "bad_lines": len(result.faults),
        "metrics": asdict(metrics) if metrics else None,
    }


def _show(result: Evaluation, metrics: Metrics | None) -> None:
    console = Console()
    console.print(f"{result.attempts} attempts, {result.verdicts} verdicts, {len(result.faults)} bad lines")
    if metrics is None:
        console.print("No labels of both kinds (legit and attacks): no metrics.")
        return
    budgets, catches = metrics.kinds[0].caught_at, metrics.kinds[0].cost_at
    table = Table(title=f"{metrics.attacks} attacks among {metrics.good} good sign-ins")
    table.add_column("kind")
    for name in (
        "attacks",
        "AUC",
        *(f"caught at {key}" for key in budgets),
        *(f"cost at {key}" for key in catches),
    ):
        table.add_column(name, justify="right")
    for kind in metrics.kinds:
        figures = [*kind.caught_at.values(), *kind.cost_at.values()]
        table.add_row(kind.kind, str(kind.count), f"{kind.auc:.3f}", *(f"{figure:.3f}" for figure in figures))
    means = [f"{figure:.3f}" for figure in metrics.caught_at.values()]
    table.add_row("mean", "", f"{metrics.auc:.3f}", *means, *("" for _ in catches), style="bold")
    console.print(table)
    console.print(
        f"Good sign-ins at Medium or High {metrics.good_medium_or_high:.2%}, High {metrics.good_high:.2%}; "
        f"second and third sign-ins at Medium or High {metrics.good_second_and_third:.2%}"
    )
