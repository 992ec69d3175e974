"""The literature's scores: SIMPLE, Freeman et al. (NDSS 2016, eq. 7), EXTEND (Wiefling et al., TOPS 2022)."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import log

import numpy as np

from riskengine.training.yardsticks.sightings import Sighting, Vector

_COMPARED = ("ip", "asn", "country", "agent", "family", "os", "language", "device")
_UNSEEN = 0.25  # of the global term, for a user who never had any value of a feature
# Levels of a feature, finest first, with the published weights (das-group/rba-algorithm).
_ADDRESS = (("ip", 0.6), ("asn", 0.3), ("country", 0.1))
_AGENT = (("agent", 0.5387), ("browser", 0.2680), ("system", 0.1882), ("machine", 0.0051))
_FLAT = ((("ip", 1.0),), (("agent", 1.0),))

Levels = tuple[tuple[str, float], ...]


@dataclass(slots=True)
class _Counts:
    """Good sign-ins by value of each field; of one user, or of all."""

    signed_in: int = 0
    values: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, sighting: Sighting) -> None:
        self.signed_in += 1
        for name, value in sighting.facts.items():
            self.values[name][value] += 1

    def has(self, name: str, value: str) -> bool:
        return self.values[name][value] > 0


def simple(stream: Sequence[Sighting]) -> Vector:
    """How many features have a value that the user never came with (OpenAM's way)."""

    def score(sighting: Sighting, own: _Counts, _all: _Counts, _users: int) -> float:
        told = [(name, sighting.facts[name]) for name in _COMPARED if name in sighting.facts]
        return float(sum(not own.has(name, value) for name, value in told))

    return _scored(stream, score)


def freeman(stream: Sequence[Sighting]) -> Vector:
    """Log of p(x) / p(x | user) over address and agent, without hierarchy."""
    return _scored(stream, _ratio(_FLAT))


def extend(stream: Sequence[Sighting]) -> Vector:
    """The same over three levels of address and four of agent, with the published weights."""
    return _scored(stream, _ratio((_ADDRESS, _AGENT)))


def _ratio(features: Iterable[Levels]) -> "Score":
    def score(sighting: Sighting, own: _Counts, everybody: _Counts, users: int) -> float:
        total = 0.0
        for levels in features:
            shared = _global(sighting, levels, everybody)
            local = _local(sighting, levels, own) or shared * _UNSEEN
            total += log(shared / local)
        # How rarely this user signs in: the attack takes all users alike.
        return total + log(everybody.signed_in / (users * own.signed_in))

    return score


def _global(sighting: Sighting, levels: Levels, everybody: _Counts) -> float:
    """Weighted share of the values; the finest level is smoothed by the numbers of coarser values."""
    count, room = everybody.signed_in, 1 + sum(len(everybody.values[name]) for name, _ in levels[1:])
    found = 0.0
    for at, (name, weight) in enumerate(levels):
        seen = everybody.values[name][sighting.facts.get(name, "")]
        found += weight * (max(seen, 1) / (count + room) if at == 0 else seen / count)
    return found


def _local(sighting: Sighting, levels: Levels, own: _Counts) -> float:
    shares = (weight * own.values[name][sighting.facts.get(name, "")] for name, weight in levels)
    return sum(shares) / own.signed_in


Score = Callable[[Sighting, _Counts, _Counts, int], float]


def _scored(stream: Sequence[Sighting], score: Score) -> Vector:
    """Every sign-in against what went before; a first one gets the median of all others."""
    everybody, users = _Counts(), defaultdict[str, _Counts](_Counts)
    scores = np.full(len(stream), np.nan)
    for at, sighting in enumerate(stream):
        own = users.get(sighting.user)
        if own is not None:
            scores[at] = score(sighting, own, everybody, len(users))
        if sighting.is_good:
            everybody.add(sighting)
            users[sighting.user].add(sighting)
    scores[np.isnan(scores)] = np.nanmedian(scores) if np.isfinite(scores).any() else 0.0
    return scores
