"""The shipped correction of the points: one table for each reason, trained on made-up sign-ins.

Monotone in each reason's own points and bounded in the whole, as the correction that verdicts teach.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from riskengine.risk.correction import Points

BOUND: Final = 15  # points: threefold odds either way


@dataclass(frozen=True, slots=True)
class Table:
    """What is added to a reason's points: `changes[n]` from `starts[n]` on, and below the first start too."""

    starts: tuple[int, ...]
    changes: tuple[float, ...]

    def change(self, own: int) -> float:
        """The change of a reason with so many points of its own."""
        return self.changes[max(bisect_right(self.starts, own) - 1, 0)]


@dataclass(frozen=True, slots=True)
class Trained:
    """Tables by the code of a reason."""

    version: str
    tables: Mapping[str, Table]

    def parts(self, points: Points) -> list[tuple[str, float]]:
        """What each reason's points change by."""
        tables = self.tables
        return [(code, tables[code].change(own)) for code, own in points if code in tables]

    def points(self, parts: Sequence[tuple[str, float]]) -> int:
        """The whole change, in whole points within the bound."""
        total = round(sum([change for _, change in parts]))
        return min(max(total, -BOUND), BOUND)


def parse_trained(data: Mapping[str, Any]) -> Trained:
    """Build it from plain values.

    Raises:
        ValueError: a table has no rows, falls where points rise, or its rows are out of order.
    """
    tables = {
        str(code): Table(tuple(int(at) for at in one["starts"]), tuple(float(by) for by in one["changes"]))
        for code, one in data["tables"].items()
    }
    for code, table in tables.items():
        _require_sense(code, table)
    return Trained(str(data["version"]), tables)


def _require_sense(code: str, table: Table) -> None:
    rows = list(zip(table.starts, table.changes, strict=True))
    if not rows:
        raise ValueError(f"the table of {code} is empty")
    for (start, change), (later, other) in pairwise(rows):
        if later <= start:
            raise ValueError(f"the rows of {code} are out of order")
        # Between two rows the points themselves rise; at a row they may not fall back.
        if later + other < later - 1 + change:
            raise ValueError(f"{code} would say less with more points, from {later} on")
