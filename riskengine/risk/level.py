"""Levels of risk, the thresholds between them, and how a pool's own sign-ins set those."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import total_ordering
from itertools import accumulate
from typing import Any, Final

from riskengine.risk.decay import faded


@total_ordering
class Level(Enum):
    """How risky, in four steps that compare."""

    NONE = "None"
    LOW = "Low"
    MEDIUM = "Medium"
    HIGH = "High"

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Level):
            return NotImplemented
        return _RANK[self] < _RANK[other]


_RANK: Final = {level: rank for rank, level in enumerate(Level)}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The least points of each level; low < medium < high."""

    low: int
    medium: int
    high: int

    def lowered(self, points: int) -> "Thresholds":
        """All three so many points earlier."""
        return Thresholds(self.low - points, self.medium - points, self.high - points)

    def level(self, score: int) -> Level:
        """The level that many points reach."""
        if score >= self.high:
            return Level.HIGH
        if score >= self.medium:
            return Level.MEDIUM
        return Level.LOW if score >= self.low else Level.NONE


Cuts = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Preset:
    """How much a pool asks of its good users.

    Args:
        quantiles: shares of good sign-ins that stay below Low, Medium and High.
        floors: thresholds never go below these.
        defaults: thresholds of a pool too young for its own.
    """

    quantiles: tuple[float, float, float]
    floors: Thresholds
    defaults: Thresholds


@dataclass(frozen=True, slots=True)
class Stance:
    """How readily one client of a pool is warned: a preset's name, and points off its thresholds."""

    preset: str = "consumer"
    sensitivity: int = 0  # 10 asks at half the odds, -10 at twice


def settle(cuts: Cuts, floors: Thresholds) -> Thresholds:
    """Thresholds from a pool's quantiles, above fixed floors and in order."""
    high = max(cuts[2], floors.high)
    medium = min(max(cuts[1], floors.medium), high - 1)
    return Thresholds(min(max(cuts[0], floors.low), medium - 1), medium, high)


class Budget:
    """Decaying histogram of accepted sign-ins' scores, and each preset's quantiles read off it once a day."""

    LEAST: Final = 500.0  # accepted sign-ins before a pool's own quantiles count
    HALF_LIFE: Final = 14  # days
    EDGE: Final = 300  # points beyond which scores share the outermost bin
    SLACK: Final = 3  # points a quantile must move before its threshold follows
    STRIDE: Final = 20  # points a threshold moves in one day at most

    __slots__ = ("_bins", "_day", "_presets", "cuts")

    def __init__(self, presets: Mapping[str, Preset]) -> None:
        self._presets = presets
        self.cuts: dict[str, Cuts] = {}
        self._bins = [0.0] * (2 * self.EDGE + 1)
        self._day = 0

    def add(self, score: int, day: int) -> None:
        """Count one accepted sign-in; the first of a new day re-reads the quantiles."""
        if day > self._day:
            self._turn(day)
        self._bins[min(max(score, -self.EDGE), self.EDGE) + self.EDGE] += 1.0

    def _turn(self, day: int) -> None:
        if self._day:
            keep = faded(1.0, day - self._day, self.HALF_LIFE)
            self._bins = [count * keep for count in self._bins]
        self._day = day
        if sum(self._bins) < self.LEAST:
            return
        sums = list(accumulate(self._bins))
        for name, preset in self._presets.items():
            low, medium, high = (self._quantile(sums, share) for share in preset.quantiles)
            was = self.cuts.get(name, (low, medium, high))
            self.cuts[name] = (
                self._follow(was[0], low),
                self._follow(was[1], medium),
                self._follow(was[2], high),
            )

    def _quantile(self, sums: list[float], share: float) -> int:
        """The least points that at most 1 - share of the sign-ins reach."""
        wanted = share * sums[-1] * (1.0 - 1e-9)
        return next(at for at, below in enumerate(sums) if below >= wanted) - self.EDGE + 1

    def _follow(self, old: int, new: int) -> int:
        if abs(new - old) < self.SLACK:
            return old
        return min(max(new, old - self.STRIDE), old + self.STRIDE)

    def to_state(self) -> dict[str, Any]:
        """Plain values for a restart."""
        bins = {str(at): count for at, count in enumerate(self._bins) if count}
        return {
            "day": self._day,
            "cuts": {name: list(cuts) for name, cuts in self.cuts.items()},
            "bins": bins,
        }

    def load(self, state: Mapping[str, Any]) -> None:
        """Take over what `to_state` gave."""
        self._day = int(state["day"])
        self.cuts = {
            str(name): (int(cuts[0]), int(cuts[1]), int(cuts[2])) for name, cuts in state["cuts"].items()
        }
        self._bins = [0.0] * (2 * self.EDGE + 1)
        for at, count in state["bins"].items():
            self._bins[int(at)] = float(count)
