"""The score of an attempt: signals' points, added up."""

from riskengine.risk.attempt import Attempt
from riskengine.risk.correction import Correction
from riskengine.risk.level import Stance, Thresholds, settle
from riskengine.risk.model import Model, default_model
from riskengine.risk.population import Population
from riskengine.risk.profile import Profile
from riskengine.risk.reasons import EVIDENCE, LEARNED, TRAINED, Assessment, Reason
from riskengine.risk.signals import SIGNALS
from riskengine.risk.trained import Trained
from riskengine.risk.view import Signal, look

_MARGIN = 10  # points of weak evidence that a capped novelty may still take on
_TOLD = 3  # parts of what was learned that its reason names
_CALM = Stance()
YOUNG = 3  # learned sign-ins from which novelty counts fully


def assess(
    attempt: Attempt,
    profile: Profile | None,
    population: Population,
    model: Model | None = None,
    stance: Stance = _CALM,
) -> Assessment:
    """Score one attempt; the same arguments always give the same answer.

    Args:
        attempt: the facts; what is None is unknown and counts for nothing.
        profile: the user's habits; None or empty for a first sign-in.
        population: the pool's shared state, only read.
        model: the numbers; the shipped ones by default.
        stance: where levels begin.
    """
    model = model or default_model()
    view = look(attempt, profile, population, model)
    found = [signal for rule in SIGNALS if (signal := rule(view)) is not None]
    if model.muted:
        found = [signal for signal in found if signal.code not in model.muted]
    limits = thresholds(population, model, stance)
    if model.trained is not None:
        found += _corrected(model.trained, TRAINED, "training", found)
    if population.correction is not None:
        verdicts = f"{population.correction.verdicts} verdicts"
        found += _corrected(population.correction, LEARNED, verdicts, found)
    if view.profile.learned < YOUNG:
        found += _cold_start(view.profile.learned, found, limits)
    score = sum(signal.points for signal in found)
    return Assessment(score, limits.level(score), tuple([Reason.of(*signal) for signal in found]), limits)


def thresholds(population: Population, model: Model, stance: Stance = _CALM) -> Thresholds:
    """The pool's own thresholds above its preset's floors, or the shipped ones for a young pool."""
    preset, cuts = model.presets[stance.preset], population.budget.cuts.get(stance.preset)
    limits = preset.defaults if cuts is None else settle(cuts, preset.floors)
    return limits if not stance.sensitivity else limits.lowered(stance.sensitivity)


def _corrected(correction: Trained | Correction, code: str, source: str, found: list[Signal]) -> list[Signal]:
    """What was learned about the reasons, with those that weigh most."""
    parts = correction.parts(tuple([(signal.code, signal.points) for signal in found if signal.points]))
    points = correction.points(parts)
    if not points:
        return []
    weighty = sorted(parts, key=lambda part: -abs(part[1]))[:_TOLD]
    told = ", ".join([f"{name} {change:+.0f}" for name, change in weighty if round(change)])
    return [Signal(code, points, f"{source}: {told or 'many small changes'}")]


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
