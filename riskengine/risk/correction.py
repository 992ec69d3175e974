"""The learned part of a score: what verdicts say each reason is worth in this pool, within a bound.

Each reason's points times a slope, and a step for its being there. Slopes are not negative and steps keep
their reason's sign, so that no verdicts make a bad sign good or a good one bad (risk.md 4.8).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

# Codes with the points that they brought.
Points = tuple[tuple[str, int], ...]

BOUND: Final = 30  # points: eightfold odds either way


@dataclass(frozen=True, slots=True)
class Worth:
    """What a reason is worth beside its points: a factor of them, and steps for their being there."""

    slope: float
    raised: float  # points, when its own are positive; not negative
    lowered: float  # points, when its own are negative; not positive


@dataclass(frozen=True, slots=True)
class Correction:
    """Changes of the points of some reasons, and a constant, not positive, for the pool's thresholds."""

    verdicts: int
    shift: float
    worths: Mapping[str, Worth]

    def parts(self, points: Points) -> list[tuple[str, float]]:
        """What each reason's points change by."""
        found = []
        for code, own in points:
            worth = self.worths.get(code)
            if worth is not None:
                step = worth.raised if own > 0 else worth.lowered
                found.append((code, (worth.slope - 1.0) * own + step))
        return found

    def points(self, parts: Sequence[tuple[str, float]]) -> int:
        """The whole change, in whole points within the bound."""
        total = round(self.shift + sum(change for _, change in parts))
        return min(max(total, -BOUND), BOUND)

    def to_state(self) -> dict[str, Any]:
        """Plain values that JSON keeps exactly."""
        worths = {code: [one.slope, one.raised, one.lowered] for code, one in self.worths.items()}
        return {"verdicts": self.verdicts, "shift": self.shift, "worths": worths}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> "Correction":
        """What `to_state` gave."""
        worths = {code: Worth(*values) for code, values in state["worths"].items()}
        return cls(int(state["verdicts"]), float(state["shift"]), worths)
