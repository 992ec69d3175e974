"""Where levels begin: by the pool's preset, and by a client's sensitivity."""

import itertools

import pytest
from risk_cases import BRAZIL, TODAY, an_attempt, an_engine, settled

from riskengine.entities.pool_choices import stance_of
from riskengine.risk import PRESETS, Stance, default_model
from riskengine.risk.score import thresholds


def _limits(stance: Stance) -> tuple[int, int, int]:
    engine = an_engine()
    limits = thresholds(engine.population, engine.model, stance)
    return limits.low, limits.medium, limits.high


def test_each_preset_asks_more_than_the_one_before() -> None:
    consumer, workforce, strict = (_limits(Stance(preset)) for preset in PRESETS)

    assert all(later < before for before, later in zip(consumer, workforce, strict=True))
    assert all(later < before for before, later in zip(workforce, strict, strict=True))
    for before, later in itertools.pairwise(PRESETS):
        presets = default_model().presets
        pairs = zip(presets[before].quantiles, presets[later].quantiles, strict=True)
        assert all(more < less for less, more in pairs)


def test_a_stance_moves_levels_and_no_points() -> None:
    engine, anna = settled()
    attempt = an_attempt(TODAY, network=BRAZIL)
    calm, wary = (engine.assess(attempt, anna, Stance(sensitivity=points)) for points in (0, 10))

    assert wary.score == calm.score
    assert wary.reasons == calm.reasons
    assert wary.thresholds.medium == calm.thresholds.medium - 10


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, Stance()),
        ({"riskengine:preset": "workforce"}, Stance("workforce")),
        ({"riskengine:sensitivity": "high"}, Stance(sensitivity=10)),
        ({"riskengine:sensitivity": "high", "riskengine:sensitivity:app": "low"}, Stance(sensitivity=-10)),
        ({"riskengine:sensitivity:other": "low"}, Stance()),
    ],
)
def test_a_client_may_be_more_or_less_sensitive_than_its_pool(tags: dict[str, str], expected: Stance) -> None:
    assert stance_of(tags, "app") == expected
