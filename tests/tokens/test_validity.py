"""Lifetimes of tokens: defaults, units and limits."""

import pytest

from riskengine.tokens.validity import Lifetimes, TokenValidity, lifetimes, out_of_range

MINUTE, HOUR, DAY = 60, 3600, 86_400
DEFAULT = Lifetimes(access=HOUR, id=HOUR, refresh=30 * DAY)


def test_a_client_that_says_nothing_has_the_defaults():
    assert lifetimes(TokenValidity()) == DEFAULT


def test_a_refresh_of_zero_is_thirty_days_in_any_unit():
    assert lifetimes(TokenValidity(refresh=0, refresh_unit="minutes")) == DEFAULT


def test_a_unit_without_a_number_changes_nothing():
    assert lifetimes(TokenValidity(access_unit="minutes", id_unit="days", refresh_unit="seconds")) == DEFAULT


def test_numbers_without_units_are_hours_hours_and_days():
    assert lifetimes(TokenValidity(access=2, id=3, refresh=4)) == Lifetimes(2 * HOUR, 3 * HOUR, 4 * DAY)


@pytest.mark.parametrize(
    ("unit", "seconds"), [("seconds", 1), ("minutes", MINUTE), ("hours", HOUR), ("days", DAY)]
)
def test_each_token_has_its_own_unit(unit, seconds):
    assert lifetimes(TokenValidity(access=7, access_unit=unit)).access == 7 * seconds
    assert lifetimes(TokenValidity(id=7, id_unit=unit)).id == 7 * seconds
    assert lifetimes(TokenValidity(refresh=7, refresh_unit=unit)).refresh == 7 * seconds


@pytest.mark.parametrize(
    ("given", "faults"),
    [
        (DEFAULT, ()),
        (Lifetimes(5 * MINUTE, DAY, HOUR), ()),
        (Lifetimes(DAY, 5 * MINUTE, 3650 * DAY), ()),
        (Lifetimes(5 * MINUTE - 1, HOUR, HOUR), ("AccessTokenValidity",)),
        (Lifetimes(HOUR, DAY + 1, HOUR), ("IdTokenValidity",)),
        (Lifetimes(HOUR, HOUR, HOUR - 1), ("RefreshTokenValidity",)),
        (Lifetimes(1, 1, 4000 * DAY), ("AccessTokenValidity", "IdTokenValidity", "RefreshTokenValidity")),
    ],
)
def test_lifetimes_outside_the_limits_are_named(given, faults):
    assert out_of_range(given) == faults
