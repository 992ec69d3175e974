"""`riskengine compare`: the engine beside the literature's scores and off-the-shelf learners."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from riskengine.cli.options import json_option, settings_from
from riskengine.cli.progress import counting
from riskengine.context.attempt import AttemptBuilder
from riskengine.flows import threat
from riskengine.risk import FAMILIES, default_model
from riskengine.training.compare import ENGINE, Figures, Group, Stream, figures, groups, replayed
from riskengine.wiring import open_context

_YARDSTICKS = ("simple", "freeman", "extend", "isolation-forest", "boosting")
_FILES = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("files", nargs=-1, required=True, type=_FILES)
@click.option(
    "--beside", multiple=True, type=click.Choice(_YARDSTICKS), help="Yardsticks; all but boosting by default"
)
@click.option("--late", is_flag=True, help="Count the second half of each stream only")
@click.option(
    "--ablation", is_flag=True, help="Instead of yardsticks: the engine without each family of evidence"
)
@click.option("--pictures", type=click.Path(file_okay=False, path_type=Path), help="Draw into this folder")
@json_option
def compare(  # noqa: PLR0913 - one option each
    files: tuple[Path, ...],
    beside: tuple[str, ...],
    pictures: Path | None,
    *,
    late: bool,
    ablation: bool,
    as_json: bool,
) -> None:
    """Judge the engine and others on the same labelled FILES; boosting knows all but --late."""
    builder = open_context(settings_from(None))
    names = () if ablation else beside or _YARDSTICKS[:-1]
    with counting("Replaying", "streams") as progress:
        streams = []
        for done, file in enumerate(files, 1):
            streams.append(_scored(file, builder, names, is_ablation=ablation))
            progress(done)
    if late:
        streams = [stream.late() for stream in streams]
    found = [figures(model, streams) for model in streams[0].scores]
    parts = groups(ENGINE, streams)
    if pictures is not None:
        from riskengine.training.pictures import draw  # noqa: PLC0415 - only for those who ask

        for path in draw(pictures, streams, [each.model for each in found]):
            click.echo(f"drawn: {path}", err=True)
    if as_json:
        told = {"models": [asdict(each) for each in found], "groups": [asdict(each) for each in parts]}
        click.echo(json.dumps(told))
    else:
        _show(found, parts, streams)


def _scored(file: Path, builder: AttemptBuilder, names: Sequence[str], *, is_ablation: bool) -> Stream:
    policy = threat.compiled(threat.DEFAULT, "ENFORCED").policy
    stream = replayed(file, builder, policy)
    scores = dict(stream.scores)
    if is_ablation:
        for family, codes in FAMILIES.items():
            without = replayed(file, builder, policy, replace(default_model(), muted=codes))
            scores[f"without {family}"] = without.scores[ENGINE]
    if names:
        # scikit-learn takes seconds to import.
        from riskengine.training.yardsticks import YARDSTICKS, read_sightings  # noqa: PLC0415

        sightings = read_sightings(file, builder)
        scores |= {name: YARDSTICKS[name](sightings) for name in names}
    return replace(stream, scores=scores)


def _show(found: Sequence[Figures], parts: Sequence[Group], streams: Sequence[Stream]) -> None:
    console = Console()
    attacks = sum(each.label != "legit" for stream in streams for each in stream.seen)
    total = sum(len(stream.seen) for stream in streams)
    console.print(
        f"{len(streams)} streams, {total - attacks} good sign-ins, {attacks} attacks; means over kinds"
    )
    table = Table("model", "AUC")
    for budget in found[0].caught:
        table.add_column(f"caught at {budget}", justify="right")
    for share in found[0].cost:
        table.add_column(f"cost at {share}", justify="right")
    for each in found:
        caught = [_spread(each.caught[key], each.caught_spread[key]) for key in each.caught]
        cost = [f"{value:.3f}" for value in each.cost.values()]
        table.add_row(each.model, _spread(each.auc, each.auc_spread), *caught, *cost)
    console.print(table)
    kinds = Table("caught at 2 %", *(each.model for each in found))
    for kind in found[0].kinds:
        kinds.add_row(kind, *(f"{each.kinds[kind]:.2f}" for each in found))
    console.print(kinds)
    console.print(_grouped(parts))


def _grouped(parts: Sequence[Group]) -> Table:
    table = Table("the engine at 2 %", "good", "challenged", "attacks", "caught")
    for part in parts:
        told: Mapping[str, str] = {
            "good": str(part.good),
            "challenged": f"{part.challenged:.3f}",
            "attacks": str(part.attacks),
            "caught": f"{part.caught:.2f}",
        }
        table.add_row(part.name, *told.values())
    return table


def _spread(value: float, spread: float) -> str:
    return f"{value:.3f}±{spread:.3f}"
