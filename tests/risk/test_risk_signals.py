"""Each signal alone: bounded, repeatable, silent where there is nothing to compare with."""

import pytest
from hypothesis import given
from risk_cases import PRIVATE, TODAY, an_attempt, settled
from test_risk_score import attempts, profiles

from riskengine.risk import CODES, Population, Profile, default_model
from riskengine.risk.signals import SIGNALS, SignalRule
from riskengine.risk.view import look

every_signal = pytest.mark.parametrize("rule", SIGNALS, ids=lambda rule: rule.__name__)
ENGINE, ANNA = settled()
MODEL = default_model()


@every_signal
def test_is_silent_about_a_first_sign_in_to_a_new_pool(rule: SignalRule) -> None:
    assert rule(look(an_attempt(), None, Population(), MODEL)) is None


@every_signal
@given(attempts, profiles)
def test_is_bounded_and_repeatable(rule: SignalRule, attempt, profile: Profile | None) -> None:
    view = look(attempt, profile, ENGINE.population, MODEL)
    signal = rule(view)

    assert rule(view) == signal
    if signal is not None:
        assert -116 <= signal.points <= 116
        assert signal.code in CODES


def test_no_signal_stands_twice_in_the_list() -> None:
    assert len(set(SIGNALS)) == len(SIGNALS)


def test_a_private_address_brings_only_the_word_unknown() -> None:
    view = look(an_attempt(TODAY, network=PRIVATE), ANNA, ENGINE.population, MODEL)
    found = [signal for rule in SIGNALS if (signal := rule(view)) is not None and "NETWORK" in signal.code]

    assert [(signal.code, signal.points) for signal in found] == [("UNKNOWN_NETWORK", 0)]
