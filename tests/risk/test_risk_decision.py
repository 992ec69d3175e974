"""What levels lead to, and how they compare."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine.risk import Action, Assessment, Decision, Level, Policy, Thresholds, decide

LIMITS = Thresholds(0, 20, 60)
STRICTNESS = list(Action)


def _assessment(score: int) -> Assessment:
    return Assessment(score, LIMITS.level(score), (), LIMITS)


@pytest.mark.parametrize(
    ("score", "level"),
    [
        (-1, Level.NONE),
        (0, Level.LOW),
        (19, Level.LOW),
        (20, Level.MEDIUM),
        (59, Level.MEDIUM),
        (60, Level.HIGH),
    ],
)
def test_a_level_begins_at_its_threshold(score: int, level: Level) -> None:
    assert LIMITS.level(score) is level


def test_levels_compare_by_risk() -> None:
    assert list(Level) == sorted([Level.HIGH, Level.LOW, Level.NONE, Level.MEDIUM])
    assert all(lower < higher for lower, higher in pairwise(Level))


def test_no_risk_takes_no_action() -> None:
    policy = Policy(Action.BLOCK, Action.BLOCK, Action.BLOCK)

    assert decide(_assessment(-50), policy) == Decision("NoRisk", Action.NO_ACTION)


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        (5, Decision("AccountTakeover", Action.NO_ACTION)),
        (25, Decision("AccountTakeover", Action.MFA_IF_CONFIGURED)),
        (90, Decision("Block", Action.BLOCK)),
    ],
)
def test_each_level_takes_its_action(score: int, expected: Decision) -> None:
    policy = Policy(low=Action.NO_ACTION, medium=Action.MFA_IF_CONFIGURED, high=Action.BLOCK)

    assert decide(_assessment(score), policy) == expected


@given(
    st.lists(st.sampled_from(STRICTNESS), min_size=3, max_size=3), st.integers(-100, 100), st.integers(0, 100)
)
def test_more_points_never_lead_to_less(actions: list[Action], score: int, more: int) -> None:
    low, medium, high = sorted(actions, key=STRICTNESS.index)
    policy = Policy(low, medium, high)
    lesser, greater = decide(_assessment(score), policy), decide(_assessment(score + more), policy)

    assert STRICTNESS.index(lesser.action) <= STRICTNESS.index(greater.action)
