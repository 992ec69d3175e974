"""Off-the-shelf learners over numbers that say how familiar each field is."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from math import log

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, IsolationForest

from riskengine.training.yardsticks.sightings import Sighting, Vector

_FIELDS = (
    *("ip", "prefix", "asn", "city", "country", "kind"),
    *("device", "agent", "browser", "family", "os", "system", "machine", "platform", "screen"),
    *("language", "zone", "order", "collector", "oddity"),
)
_DAY = 86_400.0
_TRAINED = 0.5  # of the stream's time


def isolated(stream: Sequence[Sighting]) -> Vector:
    """Isolation forest (Liu et al. 2008), fitted to the first half as it comes, without labels."""
    rows = numbers(stream)
    forest = IsolationForest(n_estimators=200, random_state=0).fit(rows[: _half(stream)])
    return -np.asarray(forest.score_samples(rows), dtype=np.float64)


def boosted(stream: Sequence[Sighting]) -> Vector:
    """Gradient boosting with labels of the first half; each kind is judged by a model that never saw it.

    Good sign-ins get the mean of all models. What the first half holds is scored by models that knew it:
    only the second half may be compared.
    """
    rows, half = numbers(stream), _half(stream)
    kinds = np.array([sighting.label for sighting in stream])
    is_attack = np.array([not sighting.is_good for sighting in stream])
    names = sorted(set(kinds[is_attack]))
    found = np.zeros((len(names), len(stream)))
    for at, kind in enumerate(names):
        known = np.arange(len(stream)) < half
        known &= kinds != kind
        model = HistGradientBoostingClassifier(max_iter=150, max_leaf_nodes=15, random_state=0)
        if len(set(is_attack[known])) > 1:
            found[at] = model.fit(rows[known], is_attack[known]).decision_function(rows)
    scores = found.mean(axis=0)
    for at, kind in enumerate(names):
        scores[kinds == kind] = found[at][kinds == kind]
    return np.asarray(scores, dtype=np.float64)


def _half(stream: Sequence[Sighting]) -> int:
    middle = stream[0].time + _TRAINED * (stream[-1].time - stream[0].time)
    return max(1, sum(sighting.time < middle for sighting in stream))


def numbers(stream: Sequence[Sighting]) -> Vector:
    """For each field whether it is new to the user, how much the user's, how common; hour, age, history."""
    width = 3 * len(_FIELDS) + 4
    rows = np.zeros((len(stream), width))
    everybody: dict[str, Counter[str]] = defaultdict(Counter)
    users: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    hours: dict[str, Counter[int]] = defaultdict(Counter)
    last: dict[str, float] = {}
    count = 0
    for at, sighting in enumerate(stream):
        own, hour = users[sighting.user], int(sighting.time % _DAY // 3600)
        history = sum(hours[sighting.user].values())
        for place, name in enumerate(_FIELDS):
            value = sighting.facts.get(name)
            if value is None:
                rows[at, 3 * place : 3 * place + 3] = np.nan
                continue
            rows[at, 3 * place] = not own[name][value]
            rows[at, 3 * place + 1] = log((own[name][value] + 0.5) / (history + 1.0))
            rows[at, 3 * place + 2] = log((everybody[name][value] + 0.5) / (count + 1.0))
        near = sum(hours[sighting.user][(hour + step) % 24] for step in (-1, 0, 1))
        since = sighting.time - last.get(sighting.user, sighting.time)
        rows[at, -4:] = history, near / (history + 1.0), log(1.0 + max(since, 0.0)), hour
        if sighting.is_good:
            count += 1
            hours[sighting.user][hour] += 1
            last[sighting.user] = sighting.time
            for name, value in sighting.facts.items():
                own[name][value] += 1
                everybody[name][value] += 1
    # Unknown is the middle: the forest knows no gaps.
    return np.where(np.isnan(rows), np.nan_to_num(np.nanmedian(rows, axis=0)), rows)
