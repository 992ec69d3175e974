"""The yardsticks score what their papers say, on streams small enough to reckon by hand."""

from math import log

import numpy as np
import pytest

from riskengine.training.yardsticks import Sighting
from riskengine.training.yardsticks.literature import extend, freeman, simple

HOME = {"ip": "1.1.1.1", "asn": "10", "country": "NO", "agent": "chrome", "os": "Windows", "language": "nb"}
AWAY = HOME | {"ip": "2.2.2.2", "asn": "20", "country": "ES"}


def _stream(*days: tuple[str, str, dict[str, str]]) -> list[Sighting]:
    return [Sighting(float(at), user, label, facts) for at, (user, label, facts) in enumerate(days)]


def test_simple_counts_what_is_new_to_the_user() -> None:
    stream = _stream(("ann", "legit", HOME), ("ann", "legit", HOME), ("ann", "naive", AWAY))

    assert list(simple(stream))[1:] == [0.0, 3.0]


def test_attacks_never_enter_a_history() -> None:
    stream = _stream(("ann", "legit", HOME), ("ann", "naive", AWAY), ("ann", "legit", AWAY))

    assert simple(stream)[2] == 3.0


def test_freeman_compares_how_common_a_value_is_with_how_common_it_is_for_the_user() -> None:
    stream = _stream(
        ("ann", "legit", HOME), ("bob", "legit", AWAY), ("ann", "legit", HOME), ("ann", "legit", HOME)
    )
    # Before the last: three sign-ins, two of them Ann's from home. One level, so room for one unseen value.
    address = log((2 / 4) / (2 / 2))
    agent = log((3 / 4) / (2 / 2))
    rarity = log(3 / (2 * 2))

    assert freeman(stream)[3] == pytest.approx(address + agent + rarity)


def test_extend_backs_off_from_the_address_to_its_provider_and_country() -> None:
    neighbour = HOME | {"ip": "1.1.1.2"}
    stream = _stream(
        ("ann", "legit", HOME), ("bob", "legit", AWAY), ("ann", "legit", neighbour), ("ann", "naive", AWAY)
    )
    near, far = extend(stream)[2:]

    assert near < far


def test_a_first_sign_in_stands_in_the_middle() -> None:
    stream = _stream(*[("ann", "legit", HOME)] * 4, ("ann", "naive", AWAY), ("eve", "legit", HOME))

    assert simple(stream)[5] == np.median(simple(stream)[1:5])
