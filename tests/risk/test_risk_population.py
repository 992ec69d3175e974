"""What a pool shares: it fades, it is bounded, it survives a restart to the last bit."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from risk_cases import BRAZIL, DAY, NOON, TODAY, an_attempt, an_engine, by, settled, sign_in
from test_risk_score import attempts

from riskengine.risk import Assessment, Attempt, Engine, Level, Outcome, Population, Thresholds, default_model
from riskengine.risk.decay import Crowd, Tally
from riskengine.risk.level import Budget, Preset, settle
from riskengine.risk.population import SHARED

_ANY = Thresholds(0, 20, 60)
PRESETS = {
    "consumer": Preset((0.92, 0.98, 0.997), _ANY, _ANY),
    "strict": Preset((0.8, 0.9, 0.95), _ANY, _ANY),
}


def _accepted(score: int) -> Assessment:
    return Assessment(score, Level.NONE, (), Thresholds(0, 20, 60))


def test_counts_halve_with_their_half_life() -> None:
    tally = Tally(3600.0, 10)
    tally.add("a", 0.0, 8.0)

    assert tally.get("a", 7200.0) == 2.0
    assert tally.get("a", -500.0) == 8.0
    assert tally.get("b", 0.0) == 0.0


def test_a_full_table_forgets_what_was_longest_untouched() -> None:
    tally = Tally(3600.0, 2)
    for key in ("a", "b", "a", "c"):
        tally.add(key, 0.0)

    assert (tally.get("a", 0.0), tally.get("b", 0.0), tally.get("c", 0.0)) == (2.0, 0.0, 1.0)


@pytest.mark.parametrize("size", [1, 5, 20, 80, 200])
def test_crowds_count_distinct_members_within_a_quarter(size: int) -> None:
    crowd = Crowd(3600.0, 10)
    for _ in range(3):
        for number in range(size):
            crowd.add("key", f"member{number}", 0.0)

    assert crowd.count("key", 0.0) == pytest.approx(size, rel=0.25)


def test_crowds_leave_after_two_spans_at_most() -> None:
    crowd = Crowd(3600.0, 10)
    crowd.add("key", "member", 0.0)

    assert crowd.count("key", 3600.0) > 0.5
    assert crowd.count("key", 7200.0) == 0.0


def test_crowds_count_without_oneself() -> None:
    crowd = Crowd(3600.0, 10)
    crowd.add("key", "me", 0.0)

    assert crowd.count("key", 0.0, without="me") == 0.0


def test_a_flood_of_made_up_attempts_stays_bounded() -> None:
    engine = Engine(default_model(), Population(capacity=100))
    for number in range(1000):
        made_up = by(number, TODAY + number, header_order=f"order{number}", password=f"p{number}")
        sign_in(engine, made_up, None, Outcome(password_ok=bool(number % 2)))
    state = engine.population.to_state()

    assert max(len(table) for path, table in state["tables"].items() if not path.startswith("shares")) <= 100


@settings(max_examples=25)
@given(st.lists(st.tuples(attempts, st.booleans()), max_size=12), attempts)
def test_a_restart_changes_no_score(history: list[tuple[Attempt, bool]], attempt: Attempt) -> None:
    engine, anna = settled()
    for each, is_right in history:
        sign_in(engine, each, anna, Outcome(password_ok=is_right))
    state = json.loads(json.dumps(engine.population.to_state()))
    again = Engine(default_model(), Population.from_state(state))

    assert again.assess(attempt, anna) == engine.assess(attempt, anna)
    for one in (engine, again):
        sign_in(one, attempt, anna, Outcome(password_ok=False))
    assert again.population.to_state() == engine.population.to_state()


def test_a_state_of_another_release_is_refused() -> None:
    with pytest.raises(ValueError, match="population state 0"):
        Population.from_state({"state": 0})


def test_wrong_passwords_never_become_common() -> None:
    engine = an_engine()
    for number in range(200):
        sign_in(engine, by(number, network=BRAZIL), None, Outcome(password_ok=False))

    assert all(engine.population.totals.get(name, TODAY) == 0.0 for name in SHARED)


def test_thresholds_follow_the_pools_own_sign_ins_once_a_day() -> None:
    budget = Budget(PRESETS)
    for score in range(1000):
        budget.add(score // 10, 100)
    assert budget.cuts == {}

    budget.add(0, 101)

    assert budget.cuts == {"consumer": (92, 98, 100), "strict": (80, 90, 95)}


def test_too_few_sign_ins_set_no_thresholds() -> None:
    budget = Budget(PRESETS)
    for _ in range(400):
        budget.add(50, 100)
    budget.add(50, 101)

    assert budget.cuts == {}


def test_thresholds_do_not_follow_trifles_nor_jump() -> None:
    budget = Budget(PRESETS)
    for day in range(100, 130):
        for _ in range(600):
            budget.add(10, day)
    settled_at = budget.cuts["consumer"]
    for _ in range(10_000):
        budget.add(200, 130)
    budget.add(200, 131)

    assert settled_at == (11, 11, 11)
    assert budget.cuts["consumer"] == (31, 31, 31)


def test_a_stuffing_wave_does_not_move_the_thresholds() -> None:
    engine = an_engine()
    population, plain = engine.population, Outcome(password_ok=True)
    for number in range(1000):
        population.observe(by(number % 50, NOON + number), _accepted(number % 100 - 90), plain)
    population.observe(by(0, NOON + DAY), _accepted(-90), plain)
    before = dict(population.budget.cuts)
    for number in range(5000):
        population.observe(by(number, NOON + DAY + number), _accepted(150), Outcome(password_ok=False))
        population.observe(by(number, NOON + DAY + number), _accepted(150), Outcome(True, challenge=False))
    population.observe(by(0, NOON + 2 * DAY), _accepted(-90), plain)

    assert before
    assert population.budget.cuts == before


@given(st.tuples(st.integers(-300, 301), st.integers(-300, 301), st.integers(-300, 301)))
def test_thresholds_keep_their_order_and_their_floors(cuts: tuple[int, int, int]) -> None:
    floors = Thresholds(-15, 8, 45)
    limits = settle(cuts, floors)

    assert limits.low < limits.medium < limits.high
    assert limits.high >= floors.high
    assert limits.medium >= floors.medium


def test_a_wave_speaks_against_unfamiliar_sign_ins_only() -> None:
    engine, anna = settled()
    before = engine.assess(an_attempt(network=BRAZIL), anna).score, engine.assess(an_attempt(), anna).score
    for number in range(200):
        elsewhere = by(number, network=None or by(number).network, agent=by(number).agent)
        sign_in(engine, elsewhere, None, Outcome(password_ok=False))

    assert engine.assess(an_attempt(network=BRAZIL), anna).score > before[0]
    assert "ATTACK_WAVE" not in {reason.code for reason in engine.assess(an_attempt(), anna).reasons}
