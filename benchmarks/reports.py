"""What every benchmark leaves behind: a table on the screen, and a file that says how it came about."""

import json
import math
import platform
import statistics
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from os import cpu_count, getloadavg
from pathlib import Path
from typing import Any

from riskengine.base.clock import SystemClock, to_seconds

RESULTS = Path(__file__).parent / "results"
_LIBRARIES = (
    "riskengine",
    "aiohttp",
    "uvloop",
    "msgspec",
    "cryptography",
    "gmpy2",
    "numpy",
    "moto",
    "werkzeug",
)

Cells = Sequence[str]


class Report:
    """One run: where it happened, with what, and the tables that it printed."""

    def __init__(self, question: str) -> None:
        self.question = question
        self.tables: list[dict[str, Any]] = []
        self.notes: list[str] = []
        self.load_before = getloadavg()[0]

    def table(self, title: str, header: Cells, rows: Sequence[Cells]) -> None:
        """Print a table, numbers to the right, and keep it."""
        widths = [max(len(row[column]) for row in (header, *rows)) for column in range(len(header))]
        print(f"\n{title}")
        for row in (header, ["-" * width for width in widths], *rows):
            first, *others = (
                text.ljust(w) if n == 0 else text.rjust(w) for n, (text, w) in _cells(row, widths)
            )
            print("  ".join((first, *others)))
        self.tables.append({"title": title, "header": list(header), "rows": [list(row) for row in rows]})

    def note(self, text: str) -> None:
        """Print a sentence that belongs to the result, and keep it."""
        print(f"\n{text}")
        self.notes.append(text)

    def save(self, name: str, figures: object, **versions: str) -> None:
        """Write results/NAME.json: the tables, the figures behind them, machine, versions, command."""
        made = {
            "question": self.question,
            "date": datetime.fromtimestamp(to_seconds(SystemClock().now()), UTC).date().isoformat(),
            "command": " ".join(
                ("python", f"benchmarks/{Path(sys.argv[0]).name}", *map(_unplaced, sys.argv[1:]))
            ),
            "machine": machine(),
            "load_average": {"before": round(self.load_before, 1), "after": round(getloadavg()[0], 1)},
            "versions": {**_versions(), **versions},
            "tables": self.tables,
            "notes": self.notes,
            "figures": figures,
        }
        RESULTS.mkdir(exist_ok=True)
        path = RESULTS / f"{name}.json"
        path.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        print(f"\nsaved benchmarks/results/{path.name}")


def _cells(row: Cells, widths: Sequence[int]) -> enumerate[tuple[str, int]]:
    return enumerate(zip(row, widths, strict=True))


def _unplaced(argument: str) -> str:
    """An argument, without where on this machine a program lies."""
    return f"PATH/{Path(argument).name}" if "/" in argument else argument


def machine() -> str:
    """The kind of machine, without its name."""
    return f"{cpu_count()} {platform.machine()} cores, {platform.system()}"


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for library in _LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of all values do not exceed (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)]


def spread(values: Sequence[float], digits: int = 0) -> str:
    """Median, and in brackets the lowest and the highest."""
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:,.{digits}f} ({low:,.{digits}f}-{high:,.{digits}f})"
