"""The score of an attempt: signals' points, added up."""

from riskengine.risk.attempt import Attempt
from riskengine.risk.level import Thresholds, settle
from riskengine.risk.model import Model, default_model
from riskengine.risk.population import Population
from riskengine.risk.profile import Profile
from riskengine.risk.reasons import EVIDENCE, Assessment, Reason
from riskengine.risk.signals import SIGNALS
from riskengine.risk.view import Signal, look

_MARGIN = 10  # points of weak evidence that a capped novelty may still take on
YOUNG = 3  # learned sign-ins from which novelty counts fully


def assess(
    attempt: Attempt, profile: Profile | None, population: Population, model: Model | None = None
) -> Assessment:
    """Score one attempt; the same arguments always give the same answer.

    Args:
        attempt: the facts; what is None is unknown and counts for nothing.
        profile: the user's habits; None or empty for a first sign-in.
        population: the pool's shared state, only read.
        model: the numbers; the shipped ones by default.
    """
    model = model or default_model()
    view = look(attempt, profile, population, model)
    found = [signal for rule in SIGNALS if (signal := rule(view)) is not None]
    limits = thresholds(population, model)
    if view.profile.learned < YOUNG:
        found += _cold_start(view.profile.learned, found, limits)
    score = sum(signal.points for signal in found)
    return Assessment(score, limits.level(score), tuple([Reason.of(*signal) for signal in found]), limits)


def thresholds(population: Population, model: Model) -> Thresholds:
    """The pool's own thresholds above the model's floors, or the shipped ones for a young pool."""
    cuts = population.budget.cuts
    return model.defaults if cuts is None else settle(cuts, model.floors)


def _cold_start(learned: int, found: list[Signal], limits: Thresholds) -> list[Signal]:
    """What keeps mere novelty below Medium on the first sign-in, and below High on the next two."""
    added = (
        [] if learned else [Signal("FIRST_SIGN_IN", 0, "the user's first sign-in: no habits to compare with")]
    )
    ceiling = (limits.high if learned else limits.medium) - _MARGIN
    excess = sum(signal.points for signal in found if signal.code not in EVIDENCE) - ceiling
    if excess > 0:
        text = f"good sign-ins so far: {learned}; novelty alone says little yet"
        added.append(Signal("COLD_START", -excess, text))
    return added
