"""Password policies: Cognito's words, classes of characters and temporary passwords."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine.base.secret import Secret
from riskengine.credentials.password_policy import (
    SYMBOLS,
    PasswordPolicy,
    complaint,
    generate_temporary,
    violations,
)

DEFAULT = PasswordPolicy()
FREE = PasswordPolicy(6, False, False, False, False)
policies = st.builds(
    PasswordPolicy, st.integers(6, 99), st.booleans(), st.booleans(), st.booleans(), st.booleans()
)


@pytest.mark.parametrize(
    ("password", "text"),
    [
        ("Passw0rd!", None),
        ("Pa0!", "Password not long enough"),
        ("passw0rd!", "Password must have uppercase characters"),
        ("PASSW0RD!", "Password must have lowercase characters"),
        ("Password!", "Password must have numeric characters"),
        ("Passw0rds", "Password must have symbol characters"),
        ("aaaaaaaa", "Password must have uppercase characters"),
        ("Passw0rd!" * 40, "Password too long"),
    ],
)
def test_the_first_broken_rule_is_named(password, text):
    expected = None if text is None else f"Password did not conform with policy: {text}"
    assert complaint(Secret(password), DEFAULT) == expected


def test_all_broken_rules_are_known_in_order():
    assert violations(Secret("é"), DEFAULT) == (
        "Password not long enough",
        "Password must have uppercase characters",
        "Password must have lowercase characters",
        "Password must have numeric characters",
        "Password must have symbol characters",
    )


@pytest.mark.parametrize(("length", "is_accepted"), [(5, False), (6, True), (256, True), (257, False)])
def test_lengths_count_characters(length, is_accepted):
    assert (complaint(Secret("ü" * length), FREE) is None) == is_accepted


@pytest.mark.parametrize("symbol", sorted(SYMBOLS))
def test_every_symbol_counts(symbol):
    assert complaint(Secret(f"Passw0rd{symbol}"), DEFAULT) is None


def test_the_symbols_are_cognitos():
    assert sorted(SYMBOLS) == sorted("^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+-")


@pytest.mark.parametrize(
    ("password", "is_accepted"),
    [
        ("Pass w0rd", True),
        ("Passw0rd ", False),
        (" Passw0rd", False),
        ("Passw0rdé", False),
        ("Passw0rd€", False),
    ],
)
def test_only_inner_spaces_count_as_symbols(password, is_accepted):
    assert (complaint(Secret(password), DEFAULT) is None) == is_accepted


def test_letters_and_digits_of_other_scripts_do_not_count():
    assert len(violations(Secret("ÀÉàé٣٤٥!"), DEFAULT)) == 3


@given(policies)
def test_a_temporary_password_conforms(policy):
    made = generate_temporary(policy)
    assert violations(made, policy) == ()
    assert len(made) >= 12


def test_temporary_passwords_differ():
    assert len({generate_temporary(DEFAULT).reveal() for _ in range(100)}) == 100
