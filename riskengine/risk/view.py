"""One attempt laid beside what is known: everything a signal may look at, worked out once."""

from math import log
from typing import Final, NamedTuple

from riskengine.risk.attempt import Attempt
from riskengine.risk.cells import ANY_DEVICE, Cell, Span, locate, mass
from riskengine.risk.decay import day_of, faded
from riskengine.risk.model import POINTS_PER_NAT, Model
from riskengine.risk.population import Population
from riskengine.risk.profile import EMPTY, HALF_LIFE, UNIT, Profile, facts, habit_in

BACK_OFF: Final = 6.0  # sign-ins of the population that stand beside the user's own
_STEEPEST: Final = 8.0  # nats that one half of a cell says at most


class Signal(NamedTuple):
    """What one signal found; no points says that something could not be told."""

    code: str  # of reasons.CODES
    points: int
    text: str


class View(NamedTuple):
    """An attempt and its surroundings. `weight`: decayed sign-ins behind the user's cells."""

    attempt: Attempt
    profile: Profile
    population: Population
    model: Model
    facts: dict[str, str]
    now: float
    day: int
    cell: Cell
    bucket: int
    keep: float  # sign-ins that one unit of the profile's counts is still worth
    weight: float
    p_network: float  # for the user, of the attempt's network levels

    @property
    def has_history(self) -> bool:
        """Whether the user has habits to compare with."""
        return self.profile.learned > 0

    def trust(self, name: str) -> float:
        """Decayed weight of the attempt's own value of a field in the user's habits."""
        return habit_in(self.profile, name, self.facts.get(name), self.now)

    def likelihood(self, network: Span, device: Span) -> float:
        """How often this user is on these levels, with the population behind."""
        own = self.keep * mass(self.profile.cells, network, device)
        share = self.population.cell_share(self.model, self.bucket, network, device)
        return (own + BACK_OFF * share) / (self.weight + BACK_OFF)

    def surprise(self, name: str, attacker: float, prior: float) -> float:
        """Log of how much likelier the attempt's value of a field is for an attacker than for the user."""
        value = self.facts[name]
        common = self.population.frequency(name, value, self.now, prior)
        user = (self.trust(name) + BACK_OFF * common) / (self.weight + BACK_OFF)
        return log(attacker / user)


def look(attempt: Attempt, profile: Profile | None, population: Population, model: Model) -> View:
    """Lay an attempt beside a user's habits; None is a user without any."""
    habits = profile or EMPTY
    day = day_of(attempt.time)
    values = facts(attempt)
    cell = locate(habits, values, attempt.time)
    keep = faded(1.0, day - habits.day, HALF_LIFE) / UNIT
    bucket = model.bucket(habits.learned)
    weight = keep * habits.weight
    own = keep * mass(habits.cells, cell.network, ANY_DEVICE)
    share = population.cell_share(model, bucket, cell.network, ANY_DEVICE)
    p_network = (own + BACK_OFF * share) / (weight + BACK_OFF)
    return View(
        attempt, habits, population, model, values, attempt.time, day, cell, bucket, keep, weight, p_network
    )


def cell_points(attacker: float, user: float) -> int:
    """Points of one half of a cell."""
    return round(POINTS_PER_NAT * min(max(log(attacker / user), -_STEEPEST), _STEEPEST))
