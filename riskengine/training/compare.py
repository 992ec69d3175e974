"""The engine beside the yardsticks on the same streams: by kind, by history, with and without device data."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from riskengine.context.attempt import AttemptBuilder
from riskengine.risk import Model, Policy
from riskengine.training.evaluate import evaluate
from riskengine.training.metrics import LEGITIMATE, KindMetrics, Scored, Scores, kinds_of

ENGINE = "riskengine"
BUDGET = 0.02  # of good sign-ins challenged
_MANY = 10**9
_HISTORIES = ((1, 1), (2, 3), (4, 10), (11, 30), (31, _MANY))

Labels = npt.NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class Stream:
    """One file: its sign-ins with a right password as the engine saw them, and every model's scores."""

    name: str
    seen: Sequence[Scored]
    scores: Mapping[str, Scores]  # by model

    @property
    def labels(self) -> Labels:
        """What each sign-in was."""
        return np.array([each.label for each in self.seen])

    def part(self, chosen: npt.NDArray[np.bool_]) -> "Stream":
        """Some of its sign-ins."""
        seen = [each for each, is_chosen in zip(self.seen, chosen, strict=True) if is_chosen]
        return Stream(self.name, seen, {model: scores[chosen] for model, scores in self.scores.items()})

    def late(self) -> "Stream":
        """The second half of its time: after the verdicts of a stream that has them in the first."""
        times = np.array([each.time for each in self.seen])
        return self.part(times >= (times.min() + times.max()) / 2)


@dataclass(frozen=True, slots=True)
class Figures:
    """One model over several streams; means over kinds and streams, with the spread over streams."""

    model: str
    auc: float
    auc_spread: float
    caught: Mapping[str, float]  # by budget
    caught_spread: Mapping[str, float]
    cost: Mapping[str, float]  # by share of attacks caught
    kinds: Mapping[str, float]  # caught at BUDGET


def replayed(
    path: Path,
    builder: AttemptBuilder,
    policy: Policy,
    model: Model | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Stream:
    """A file as the engine scores it, in the order of time."""
    result = evaluate(path, builder, lambda _: None, policy=policy, model=model, progress=progress)
    scores = np.array([each.score for each in result.labelled], dtype=np.float64)
    return Stream(path.name, result.labelled, {ENGINE: scores})


def figures(model: str, streams: Sequence[Stream]) -> Figures:
    """What one model is worth."""
    found = [kinds_of(stream.labels, stream.scores[model]) for stream in streams]
    aucs = [float(np.mean([kind.auc for kind in kinds])) for kinds in found]
    names = sorted({kind.kind for kinds in found for kind in kinds})

    caught = [_means([kind.caught_at for kind in kinds]) for kinds in found]
    cost = [_means([kind.cost_at for kind in kinds]) for kinds in found]
    key = f"{BUDGET:.0%}"
    return Figures(
        model,
        float(np.mean(aucs)),
        float(np.std(aucs)),
        _means(caught),
        {name: float(np.std([each[name] for each in caught])) for name in caught[0]},
        _means(cost),
        {name: _of_kind(found, name, key) for name in names},
    )


def _of_kind(found: Sequence[Sequence[KindMetrics]], name: str, budget: str) -> float:
    caught = [kind.caught_at[budget] for kinds in found for kind in kinds if kind.kind == name]
    return float(np.mean(caught))


def _means(maps: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {key: float(np.mean([each[key] for each in maps])) for key in maps[0]}


@dataclass(frozen=True, slots=True)
class Group:
    """Some of the good sign-ins and attacks, at the threshold that challenges BUDGET of all good ones."""

    name: str
    good: int
    challenged: float
    attacks: int
    caught: float


def groups(model: str, streams: Sequence[Stream]) -> list[Group]:
    """By history length, and with and without device data; all streams together."""
    spans = [(_say(low, high), _within(low, high)) for low, high in _HISTORIES]
    told = [("with device data", _has_device), ("without device data", _has_none)]
    return [_group(model, streams, name, is_in) for name, is_in in (*spans, *told)]


def _within(low: int, high: int) -> Callable[[Scored], bool]:
    return lambda each: low <= each.history <= high


def _has_device(each: Scored) -> bool:
    return each.has_device


def _has_none(each: Scored) -> bool:
    return not each.has_device


def _say(low: int, high: int) -> str:
    if low == high:
        return f"{low} sign-in before"
    return f"{low} to {high} before" if high < _MANY else f"{low} or more before"


def _group(model: str, streams: Sequence[Stream], name: str, is_in: Callable[[Scored], bool]) -> Group:
    good: list[bool] = []
    attacks: list[bool] = []
    for stream in streams:
        scores, labels = stream.scores[model], stream.labels
        limit = np.quantile(scores[labels == LEGITIMATE], 1 - BUDGET, method="higher")
        for each, score in zip(stream.seen, scores, strict=True):
            if is_in(each):
                (good if each.label == LEGITIMATE else attacks).append(bool(score > limit))
    return Group(name, len(good), _share(good), len(attacks), _share(attacks))


def _share(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags) if flags else 0.0
