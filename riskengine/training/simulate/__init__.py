"""Made-up sign-ins with labels: honest lives and every kind of attacker, as lines of an attempts file.

The engine is judged on these, so nothing here looks at it; every rate stands in `rates` with its source.
"""

from riskengine.training.simulate.stream import Plan, simulate

__all__ = ["Plan", "simulate"]
