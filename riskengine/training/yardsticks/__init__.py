"""What the engine has to beat: the literature's scores and off-the-shelf learners, on the same stream.

All see the same facts, in the same order of time. Attacks are scored against the histories and never added
to them, which flatters the yardsticks: the engine has to find out by itself whom to learn from.
"""

from riskengine.training.yardsticks.learners import boosted, isolated
from riskengine.training.yardsticks.literature import extend, freeman, simple
from riskengine.training.yardsticks.sightings import Sighting, read_sightings

YARDSTICKS = {
    "simple": simple,
    "freeman": freeman,
    "extend": extend,
    "isolation-forest": isolated,
    "boosting": boosted,
}

__all__ = ["YARDSTICKS", "Sighting", "read_sightings"]
