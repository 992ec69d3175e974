"""The literature's yardsticks on a labelled stream: AUC, attacks caught at a budget, cost to good users."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

LEGITIMATE = "legit"
BUDGETS = (0.01, 0.02, 0.05)
CATCHES = (0.90, 0.95)

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scored:
    """One labelled sign-in with a right password, as the engine saw it."""

    label: str  # LEGITIMATE, or the kind of attack
    score: int
    level: str
    history: int  # good sign-ins of the user before
    time: float = 0.0  # epoch seconds
    has_device: bool = False  # the collector told of the device


@dataclass(frozen=True, slots=True)
class KindMetrics:
    """How one kind of attack fares against all good sign-ins."""

    kind: str
    count: int
    auc: float
    caught_at: dict[str, float]  # budget of good sign-ins challenged -> share of attacks caught
    cost_at: dict[str, float]  # share of attacks caught -> share of good sign-ins challenged


@dataclass(frozen=True, slots=True)
class Metrics:
    """A whole stream: each kind, their mean, and what the levels cost good users."""

    good: int
    attacks: int
    kinds: tuple[KindMetrics, ...]
    auc: float
    caught_at: dict[str, float]
    good_medium_or_high: float
    good_high: float
    good_second_and_third: float  # share of second and third sign-ins at Medium or High


def measure(stream: Sequence[Scored]) -> Metrics | None:
    """The metrics of a stream; None without both good sign-ins and attacks."""
    good = [each for each in stream if each.label == LEGITIMATE]
    attacks = [each for each in stream if each.label != LEGITIMATE]
    if not good or not attacks:
        return None
    calm = np.array([each.score for each in good], dtype=np.float64)
    names = sorted({each.label for each in attacks})
    kinds = tuple(_kind(name, calm, [each.score for each in attacks if each.label == name]) for name in names)
    young = [each for each in good if each.history in {1, 2}]
    return Metrics(
        good=len(good),
        attacks=len(attacks),
        kinds=kinds,
        auc=float(np.mean([kind.auc for kind in kinds])),
        caught_at={
            key: float(np.mean([kind.caught_at[key] for kind in kinds])) for key in kinds[0].caught_at
        },
        good_medium_or_high=_share(good, "Medium", "High"),
        good_high=_share(good, "High"),
        good_second_and_third=_share(young, "Medium", "High"),
    )


def area_under_curve(good: Scores, attacks: Scores) -> float:
    """Chance that an attack scores above a good sign-in; a tie counts half (Mann-Whitney)."""
    calm = np.sort(good)
    below = np.searchsorted(calm, attacks, side="left")
    up_to = np.searchsorted(calm, attacks, side="right")
    return float(np.mean((below + up_to) / 2) / len(calm))


def caught(good: Scores, attacks: Scores, budget: float) -> float:
    """Share of attacks above the threshold that challenges at most `budget` of the good sign-ins."""
    return float(np.mean(attacks > np.quantile(good, 1 - budget, method="higher")))


def cost(good: Scores, attacks: Scores, share: float) -> float:
    """Share of good sign-ins challenged by the threshold that catches at least `share` of the attacks."""
    return float(np.mean(good >= np.quantile(attacks, 1 - share, method="lower")))


def kinds_of(labels: npt.NDArray[np.str_], scores: Scores) -> tuple[KindMetrics, ...]:
    """Each kind of attack in a stream against all its good sign-ins; ties are broken by nobody."""
    good = scores[labels == LEGITIMATE]
    return tuple(
        _kind(str(name), good, scores[labels == name]) for name in np.unique(labels) if name != LEGITIMATE
    )


def _kind(name: str, good: Scores, scores: Sequence[int] | Scores) -> KindMetrics:
    attacks = np.array(scores, dtype=np.float64)
    return KindMetrics(
        kind=name,
        count=len(attacks),
        auc=area_under_curve(good, attacks),
        caught_at={f"{budget:.0%}": caught(good, attacks, budget) for budget in BUDGETS},
        cost_at={f"{share:.0%}": cost(good, attacks, share) for share in CATCHES},
    )


def _share(stream: Sequence[Scored], *levels: str) -> float:
    return sum(each.level in levels for each in stream) / len(stream) if stream else 0.0
