"""Makes up streams, fits the correction on some and judges it on others that it has never seen."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import msgspec
import numpy as np

from riskengine.context.attempt import AttemptBuilder
from riskengine.context.recorded import AttemptLine, parse_line
from riskengine.flows.replay import Replay
from riskengine.risk import Engine, Policy, Population, Reason, default_model
from riskengine.risk.correction import Points
from riskengine.risk.trained import Trained
from riskengine.training.fit import Row, corrected, fit, red_team
from riskengine.training.metrics import kinds_of
from riskengine.training.simulate import Plan, simulate

_KEY = b"riskengine train"


@dataclass(frozen=True, slots=True)
class Result:
    """A correction, attacks that it must keep catching, and how it did on streams it never saw."""

    trained: Trained
    red_team: list[dict[str, int]]
    figures: dict[str, float]

    @property
    def is_better(self) -> bool:
        """Whether it may be shipped: it ranks unseen streams better, and catches no less at 2 %."""
        figures = self.figures
        return figures["auc"] > figures["auc_before"] and figures["caught"] >= figures["caught_before"]


def train(  # noqa: PLR0913, PLR0917 - one fact each
    plans: Sequence[Plan],
    unseen: Sequence[Plan],
    builder: AttemptBuilder,
    policy: Policy,
    version: str,
    progress: Callable[[int], None] = lambda _: None,
) -> Result:
    """Fit on the streams of some plans, judge on those of others."""
    streams: list[list[Row]] = []
    for done, plan in enumerate((*plans, *unseen), 1):
        streams.append(list(_rows(plan, builder, policy)))
        progress(done)
    known = [row for rows in streams[: len(plans)] for row in rows]
    trained = fit(known, version)
    return Result(trained, red_team(known, 1), _figures(streams[len(plans) :], trained))


def _rows(plan: Plan, builder: AttemptBuilder, policy: Policy) -> Iterator[Row]:
    """A stream's sign-ins with a right password, with the points that they score uncorrected."""
    model = replace(default_model(), trained=None)
    replay = Replay(builder, Engine(model, Population()), policy, _KEY)
    for number, line in enumerate(simulate(plan), 1):
        parsed = parse_line(number, msgspec.json.encode(line))
        if not isinstance(parsed, AttemptLine):
            continue
        replayed = replay.attempt(parsed)
        label = parsed.truth.label
        if label is not None and parsed.attempt.password_ok:
            yield Row(_points(replayed.assessment.reasons), label)


def _points(reasons: Sequence[Reason]) -> Points:
    return tuple((each.code, each.points) for each in reasons if each.points)


def _figures(streams: Sequence[Sequence[Row]], trained: Trained) -> dict[str, float]:
    found: dict[str, list[float]] = {"auc_before": [], "auc": [], "caught_before": [], "caught": []}
    for rows in streams:
        labels = np.array([row.label for row in rows])
        for suffix, correction in (("_before", None), ("", trained)):
            kinds = kinds_of(labels, corrected(rows, correction))
            found[f"auc{suffix}"].append(float(np.mean([kind.auc for kind in kinds])))
            found[f"caught{suffix}"].append(float(np.mean([kind.caught_at["2%"] for kind in kinds])))
    return {name: round(float(np.mean(values)), 4) for name, values in found.items()}
