"""Learns a correction from lessons, and lets it score only where it does no worse than the one before.

A logistic regression over the reasons' points, drawn towards the score as it stands and bounded as
`correction` promises. The same lessons always teach the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from riskengine.risk.correction import Correction, Points, Worth
from riskengine.risk.lessons import Lessons
from riskengine.risk.model import POINTS_PER_NAT

Vector = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_LEAST_ATTACKS: Final = 24
_LEAST_ATTACKED: Final = 8  # users
_LEAST_GOOD: Final = 200
_LEAST_SUPPORT: Final = 6  # sign-ins with a reason before its worth is touched
_RIDGE: Final = 33.0
_ORDINARY: Final = 0.4  # weight of a sign-in that nobody spoke of: it may be an attack nobody saw
_TESTED: Final = 0.25  # share of the verdicts, the latest, that a challenger is tried on
_QUANTILE: Final = 0.98  # of good sign-ins: stays where it is
_LEAST_SLOPE: Final = 0.15
_STEPS: Final = 25
_FIXED: Final = 1e9


@dataclass(frozen=True, slots=True)
class Relearned:
    """What a lesson came to: the correction that scores from now on, whether it is a new one, and why."""

    correction: Correction | None
    is_promoted: bool
    reason: str
    figures: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Due:
    """A lesson that is to be learned from, as it was when it fell due: nobody changes it any more."""

    lessons: Lessons
    champion: Correction | None
    red_team: Sequence[Points]

    def learned(self) -> Relearned:
        """What it comes to; some tens of milliseconds, in whatever thread."""
        return relearned(self.lessons, self.champion, self.red_team)


def relearned(lessons: Lessons, champion: Correction | None, red_team: Sequence[Points] = ()) -> Relearned:
    """Try a challenger on the latest verdicts and on known attacks; some tens of milliseconds.

    Args:
        lessons: verdicts and ordinary sign-ins.
        champion: what scores now.
        red_team: attacks that no challenger may score lower than the ordinary sign-ins' thresholds allow.
    """
    table = _Table.of(lessons)
    if table is None:
        return Relearned(champion, is_promoted=False, reason="too few verdicts")
    is_late = table.days >= np.quantile(table.days[table.is_attack], 1.0 - _TESTED)
    trial = _fit(table, ~is_late)
    if trial is None:
        return Relearned(champion, is_promoted=False, reason="the score does not rank the attacks")
    figures = _compared(table, is_late, trial, champion) | _red_team(table, red_team, trial, champion)
    if not _is_no_worse(figures):
        return Relearned(
            champion, is_promoted=False, reason="no better than what scores now", figures=figures
        )
    return Relearned(
        _fit(table, np.ones_like(is_late)) or trial, is_promoted=True, reason="promoted", figures=figures
    )


@dataclass(frozen=True, slots=True)
class _Table:
    """All lessons as numbers; rows are sign-ins."""

    codes: tuple[str, ...]
    lessons: tuple[Points, ...]
    nats: Vector  # of each code
    is_attack: Mask
    weights: Vector
    days: Vector
    verdicts: int

    @classmethod
    def of(cls, lessons: Lessons) -> "_Table | None":
        attacks, valid = lessons.judged(attacks=True), lessons.judged(attacks=False)
        ordinary = list(lessons.ordinary())
        attacked = {lesson.user for lesson, _ in attacks}
        if len(attacks) < _LEAST_ATTACKS or len(attacked) < _LEAST_ATTACKED or len(ordinary) < _LEAST_GOOD:
            return None
        rows = [
            *((lesson.points, True, weight, lesson.day) for lesson, weight in attacks),
            *((lesson.points, False, weight, lesson.day) for lesson, weight in valid),
            *((points, False, _ORDINARY, day) for day, points in ordinary),
        ]
        codes = tuple(sorted({code for points, *_ in rows for code, _ in points}))
        place = {code: at for at, code in enumerate(codes)}
        nats = np.zeros((len(rows), len(codes)))
        for at, (points, *_) in enumerate(rows):
            for code, own in points:
                nats[at, place[code]] = own / POINTS_PER_NAT
        return cls(
            codes,
            tuple(points for points, *_ in rows),
            nats,
            np.array([is_attack for _, is_attack, _, _ in rows]),
            np.array([weight for _, _, weight, _ in rows]),
            np.array([day for *_, day in rows], dtype=np.float64),
            len(attacks) + len(valid),
        )


def _fit(table: _Table, chosen: Mask) -> Correction | None:
    nats, is_attack, weights = table.nats[chosen], table.is_attack[chosen], table.weights[chosen]
    if not is_attack.any() or is_attack.all():
        return None
    slope = _common_slope(nats.sum(axis=1), is_attack, weights)
    if slope < _LEAST_SLOPE:
        return None
    raised, lowered = (nats > 0).astype(np.float64), -(nats < 0).astype(np.float64)
    ones = np.ones((len(nats), 1))
    count = nats.shape[1]
    support = np.concatenate([[len(nats)], (nats != 0).sum(0), raised.sum(0), -lowered.sum(0)])
    start = np.concatenate([[0.0], np.full(count, slope), np.zeros(2 * count)])
    ridge = np.concatenate([[1e-6], np.full(3 * count, _RIDGE)])
    # What hardly anybody had stays as it is.
    ridge[support < _LEAST_SUPPORT] = _FIXED
    problem = _Problem(
        np.concatenate([ones, nats, raised, lowered], axis=1), is_attack, weights, start, ridge
    )
    slopes, up, down = np.split(problem.solved()[1:] / slope, 3)
    worths = {
        code: Worth(float(slopes[at]), float(up[at]) * POINTS_PER_NAT, -float(down[at]) * POINTS_PER_NAT)
        for at, code in enumerate(table.codes)
    }
    raw = Correction(table.verdicts, 0.0, worths)
    return Correction(table.verdicts, _shift(table, raw), worths)


def _common_slope(scores: Vector, is_attack: Mask, weights: Vector) -> float:
    """How fast the odds of an attack rise with the score as it stands."""
    features = np.stack([np.ones_like(scores), scores], axis=1)
    problem = _Problem(features, is_attack, weights, np.array([-3.0, 0.5]), np.full(2, 1e-6))
    return float(problem.solved()[1])


@dataclass(frozen=True, slots=True)
class _Problem:
    """Logistic regression drawn towards `start`; all coefficients but the first are not negative."""

    features: Vector
    is_attack: Mask
    weights: Vector
    start: Vector
    ridge: Vector

    def solved(self) -> Vector:
        """Projected Newton steps (Bertsekas 1982), each halved until it helps."""
        theta, best = self.start, self._loss(self.start)
        for _ in range(_STEPS):
            found = self._stepped(theta, best)
            if found is None:
                break
            gained, (theta, best) = best - found[1], found
            if gained < 1e-6 * max(best, 1.0):
                break
        return theta

    def _loss(self, theta: Vector) -> float:
        odds = self.features @ theta
        miss = self.weights @ (np.logaddexp(0.0, odds) - self.is_attack * odds)
        return float(miss + 0.5 * self.ridge @ (theta - self.start) ** 2)

    def _stepped(self, theta: Vector, best: float) -> tuple[Vector, float] | None:
        step = self._newton(theta)
        size = 1.0
        while size > 1e-3:
            tried = theta - size * step
            tried[1:] = np.maximum(tried[1:], 0.0)
            value = self._loss(tried)
            if value < best:
                return tried, value
            size /= 2.0
        return None

    def _newton(self, theta: Vector) -> Vector:
        chance = 1.0 / (1.0 + np.exp(-np.clip(self.features @ theta, -40.0, 40.0)))
        slope = self.features.T @ (self.weights * (chance - self.is_attack))
        slope += self.ridge * (theta - self.start)
        is_moving = (theta > 0.0) | (slope <= 0.0)
        is_moving[0] = True
        part = self.features[:, is_moving]
        curve = part.T @ (part * (self.weights * chance * (1.0 - chance))[:, None])
        curve += np.diag(self.ridge[is_moving] + 1e-9)
        step = np.zeros_like(theta)
        step[is_moving] = np.linalg.solve(curve, slope[is_moving])
        return step


def _scores(lessons: Sequence[Points], correction: Correction | None) -> Vector:
    plain = np.array([sum(own for _, own in points) for points in lessons], dtype=np.float64)
    if correction is None:
        return plain
    changes = [correction.points(correction.parts(points)) for points in lessons]
    return plain + np.array(changes, dtype=np.float64)


def _shift(table: _Table, correction: Correction) -> float:
    """What keeps the good sign-ins' quantile from rising; never a raise, which what says nothing would pay.

    Where the quantile falls, the pool's own thresholds follow it in days.
    """
    good = ~table.is_attack
    before, after = (np.quantile(_scores(table.lessons, one)[good], _QUANTILE) for one in (None, correction))
    return min(float(before - after), 0.0)


def _compared(
    table: _Table, chosen: Mask, challenger: Correction, champion: Correction | None
) -> dict[str, float]:
    """How both rank the chosen attacks, in all and above a fiftieth of the good sign-ins."""
    attacks, good = chosen & table.is_attack, ~table.is_attack
    figures = {}
    for name, correction in (("challenger", challenger), ("champion", champion)):
        scores = _scores(table.lessons, correction)
        figures[f"{name}_auc"] = _area(scores[attacks], scores[good])
        figures[f"{name}_caught"] = _caught(scores[attacks], scores[good])
    return figures


def _red_team(
    table: _Table, red_team: Sequence[Points], challenger: Correction, champion: Correction | None
) -> dict[str, float]:
    """How much of the shipped attacks both catch, at the pool's own good sign-ins."""
    if not red_team:
        return {}
    ordinary = [
        points for points, is_attack in zip(table.lessons, table.is_attack, strict=True) if not is_attack
    ]
    return {
        f"{name}_red_team": _caught(_scores(red_team, correction), _scores(ordinary, correction))
        for name, correction in (("challenger", challenger), ("champion", champion))
    }


# What chance alone moves: tens of attacks rank a challenger no finer.
_SLACK: Final = {"auc": 0.005, "caught": 0.04, "red_team": 0.02}


def _is_no_worse(figures: dict[str, float]) -> bool:
    return all(
        figures[f"challenger_{name}"] >= figures[f"champion_{name}"] - slack
        for name, slack in _SLACK.items()
        if f"challenger_{name}" in figures
    )


def _area(attacks: Vector, good: Vector) -> float:
    calm = np.sort(good)
    below = np.searchsorted(calm, attacks, side="left")
    up_to = np.searchsorted(calm, attacks, side="right")
    return float(np.mean((below + up_to) / 2) / len(calm))


def _caught(attacks: Vector, good: Vector) -> float:
    return float(np.mean(attacks >= np.quantile(good, _QUANTILE)))
