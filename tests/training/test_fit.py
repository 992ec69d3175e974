"""The trained correction: monotone, bounded, no cheaper for hard signs; the same rows the same file."""

import json
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine.risk import default_model
from riskengine.risk.reasons import EVIDENCE
from riskengine.risk.trained import BOUND, Table, Trained, parse_trained


def _rows():
    from riskengine.training.fit import Row

    rng = Random(1)
    good = [
        Row((("USUAL_NETWORK", -rng.randrange(20, 60)), ("HOUR", rng.randrange(-9, 9))), "legit")
        for _ in range(900)
    ]
    bad = [
        Row((("NEW_NETWORK", rng.randrange(5, 60)), ("IP_FAILURES", 20), ("HOUR", 8)), "naive")
        for _ in range(90)
    ]
    odd = [Row((("NEW_NETWORK", rng.randrange(5, 60)), ("HOUR", -5)), "legit") for _ in range(60)]
    return [*good, *bad, *odd]


@pytest.mark.slow
def test_the_same_rows_give_the_same_file_and_rank_attacks_no_worse():
    from riskengine.training.fit import corrected, fit, plain

    rows = _rows()
    first, second = fit(rows, "test"), fit(rows, "test")
    before, after = (corrected(rows, one) for one in (None, first))
    labels = [row.label for row in rows]
    gap = [
        min(score for score, label in zip(scores, labels, strict=True) if label == "naive")
        - max(score for score, label in zip(scores, labels, strict=True) if label == "legit")
        for scores in (before, after)
    ]

    assert plain(first, {}) == plain(second, {})
    assert gap[1] >= gap[0]


def test_the_shipped_tables_keep_their_promises():
    trained = default_model().trained

    assert trained is not None
    assert trained.tables
    for code, table in trained.tables.items():
        moved = [own + table.change(own) for own in range(-150, 151)]
        assert all(later >= before - 0.01 for before, later in pairwise(moved)), code
        assert table.change(0) == pytest.approx(0.0, abs=0.6), code
        if code in EVIDENCE:
            assert min(table.changes) >= 0.0, code


def test_the_red_team_holds_attacks_of_reasons_that_exist():
    from riskengine.risk import CODES

    attacks = default_model().red_team

    assert len(attacks) >= 100
    assert {code for attack in attacks for code, _ in attack} <= set(CODES)


@given(st.lists(st.tuples(st.sampled_from(["A", "B", "C"]), st.integers(-500, 500)), max_size=5))
def test_a_correction_is_bounded_and_says_nothing_of_what_says_nothing(points):
    tables = {code: Table((-100, 0, 50), (-40.0, 0.0, 45.0)) for code in "AB"}
    trained = Trained("test", tables)
    found = trained.points(trained.parts(tuple(points)))

    assert abs(found) <= BOUND
    if not [code for code, _ in points if code in tables]:
        assert found == 0


@pytest.mark.parametrize(
    "table",
    [
        {"starts": [], "changes": []},
        {"starts": [0, 0], "changes": [0, 1]},
        {"starts": [0, 10], "changes": [0, -12]},
        {"starts": [0, 10], "changes": [0]},
    ],
)
def test_a_senseless_table_is_refused(table):
    data = {"version": "x", "tables": {"NEW_NETWORK": table}}
    with pytest.raises(ValueError, match=r"."):
        parse_trained(json.loads(json.dumps(data)))
