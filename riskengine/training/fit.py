"""Fits the shipped correction: monotone tables over the reasons' points, by scikit-learn, as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier

from riskengine.risk.correction import Points
from riskengine.risk.model import POINTS_PER_NAT
from riskengine.risk.reasons import EVIDENCE
from riskengine.risk.trained import Trained, parse_trained
from riskengine.training.metrics import LEGITIMATE

_SHARE = 0.3  # of what training says: made-up streams teach their own habits too
_KIND_WEIGHT = 200.0  # of one kind of attack, however many there were
_LEAST = 25  # sign-ins with a reason before it gets a table
_SMALLEST = 0.25  # points of change that make a new row
_RED_TEAM = 400


@dataclass(frozen=True, slots=True)
class Row:
    """One sign-in: the points of its reasons, and what it was."""

    points: Points
    label: str


def fit(rows: Sequence[Row], version: str) -> Trained:
    """Tables that rank the rows' attacks better, drawn halfway towards the points as they stand."""
    codes = _codes(rows)
    matrix = _matrix(rows, codes)
    labels = np.array([row.label for row in rows])
    is_attack = labels != LEGITIMATE
    weights = np.ones(len(rows))
    for kind in set(labels[is_attack]):
        weights[labels == kind] = _KIND_WEIGHT / np.sum(labels == kind)
    model = HistGradientBoostingClassifier(
        max_iter=200,
        max_leaf_nodes=8,
        learning_rate=0.08,
        min_samples_leaf=15,
        l2_regularization=5.0,
        monotonic_cst=[1] * len(codes),
        interaction_cst="no_interactions",
        random_state=0,
    ).fit(matrix, is_attack, sample_weight=weights)
    tables = {code: _table(model, at, code, matrix[:, at]) for at, code in enumerate(codes)}
    return parse_trained({"version": version, "tables": tables})


def plain(trained: Trained, about: Mapping[str, Any]) -> dict[str, Any]:
    """What the model file holds."""
    tables = {
        code: {"starts": list(table.starts), "changes": [round(change, 2) for change in table.changes]}
        for code, table in sorted(trained.tables.items())
    }
    return {"version": trained.version, "about": dict(about), "tables": tables}


def red_team(rows: Sequence[Row], seed: int) -> list[dict[str, int]]:
    """Attacks of every kind that no correction may let go: as many of each as there are."""
    kinds = sorted({row.label for row in rows} - {LEGITIMATE})
    rng = Random(seed)
    found = []
    for kind in kinds:
        known = [row for row in rows if row.label == kind]
        found += rng.sample(known, min(len(known), _RED_TEAM // len(kinds)))
    return [dict(row.points) for row in found]


def corrected(rows: Sequence[Row], trained: Trained | None) -> npt.NDArray[np.float64]:
    """The rows' scores with a correction, or without any."""
    plain_scores = np.array([sum(own for _, own in row.points) for row in rows], dtype=np.float64)
    if trained is None:
        return plain_scores
    changes = [trained.points(trained.parts(row.points)) for row in rows]
    return plain_scores + np.array(changes, dtype=np.float64)


def _codes(rows: Sequence[Row]) -> list[str]:
    seen: dict[str, int] = {}
    for row in rows:
        for code, _ in row.points:
            seen[code] = seen.get(code, 0) + 1
    return sorted(code for code, count in seen.items() if count >= _LEAST)


def _matrix(rows: Sequence[Row], codes: Sequence[str]) -> npt.NDArray[np.float64]:
    place = {code: at for at, code in enumerate(codes)}
    matrix = np.zeros((len(rows), len(codes)))
    for at, row in enumerate(rows):
        for code, own in row.points:
            if code in place:
                matrix[at, place[code]] = own
    return matrix


def _table(
    model: HistGradientBoostingClassifier, at: int, code: str, column: npt.NDArray[np.float64]
) -> dict[str, list[float]]:
    """A reason's own curve, read off the model at every whole number of points that was seen.

    What is no mere novelty never gets cheaper: no stream may teach that failures and contradictions are fine.
    """
    width = model.n_features_in_
    low, high = int(min(column.min(), 0)), int(max(column.max(), 0))
    grid = np.zeros((high - low + 1, width))
    grid[:, at] = np.arange(low, high + 1)
    curve = model.decision_function(grid) - model.decision_function(np.zeros((1, width)))
    starts: list[int] = []
    changes: list[float] = []
    for own, nats in zip(range(low, high + 1), curve, strict=True):
        change = _SHARE * (float(nats) * POINTS_PER_NAT - own)
        if code in EVIDENCE:
            change = max(change, 0.0)
        # A row holds until the change has moved enough; the points between two rows still rise by themselves.
        if not starts or abs(change - changes[-1]) >= _SMALLEST:
            starts.append(own)
            changes.append(round(change, 2))
    return {"starts": [float(start) for start in starts], "changes": changes}
