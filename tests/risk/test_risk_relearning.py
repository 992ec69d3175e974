"""What verdicts teach about the reasons: within bounds, no bad sign into a good one, and not by poison."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from risk_cases import BRAZIL, DAY, NOON, TODAY, an_attempt, by, on_phone, settled

from riskengine.risk import (
    CODES,
    Assessment,
    Concluded,
    Correction,
    Engine,
    Level,
    Outcome,
    Population,
    Profile,
    Reason,
    Thresholds,
    relearned,
    relearning,
)
from riskengine.risk.correction import BOUND, Points, Worth
from riskengine.risk.lessons import Lessons

_CODES = sorted(set(CODES) - {"LEARNED"})
_LIMITS = Thresholds(0, 20, 70)


def _scored(points: Points) -> Assessment:
    score = sum(own for _, own in points)
    return Assessment(
        score, _LIMITS.level(score), tuple(Reason.of(code, own, "") for code, own in points), _LIMITS
    )


def _taught(
    attacks: Points, good: Points, *, verdicts: int = 60, users: int = 30, source: Any = "admin"
) -> Lessons:
    """A month in which attacks look one way and good sign-ins another."""
    lessons = Lessons()
    for day in range(20):
        for number in range(40):
            lessons.accept(by(number, NOON + day * DAY + number), _scored(good))
    for number in range(verdicts):
        attempt = by(number % users, NOON + (number % 20) * DAY + 3600 + number)
        lessons.judge(attempt, _scored(attacks), source, valid=False)
        other = by(number % users, NOON + (number % 20) * DAY + 7200 + number)
        lessons.judge(other, _scored((("NEW_COUNTRY", 45), ("KNOWN_DEVICE", -30))), source, valid=True)
    return lessons


_ATTACK = (("NEW_NETWORK", 20), ("USUAL_AGENT", -10), ("HOUR", 4))
_GOOD = (("USUAL_NETWORK", -30), ("KNOWN_DEVICE", -30))


def test_a_pattern_of_attacks_is_worth_more_afterwards() -> None:
    found = relearned(_taught(_ATTACK, _GOOD), None)

    assert found.is_promoted
    assert found.correction is not None
    assert found.correction.points(found.correction.parts(_ATTACK)) > 5
    assert found.figures["challenger_auc"] >= found.figures["champion_auc"]


def test_the_same_lessons_always_teach_the_same() -> None:
    assert relearned(_taught(_ATTACK, _GOOD), None) == relearned(_taught(_ATTACK, _GOOD), None)


@pytest.mark.parametrize(("verdicts", "users"), [(10, 10), (60, 3)])
def test_few_verdicts_or_verdicts_on_few_users_teach_nothing(verdicts: int, users: int) -> None:
    found = relearned(_taught(_ATTACK, _GOOD, verdicts=verdicts, users=users), None)

    assert (found.is_promoted, found.reason) == (False, "too few verdicts")


@pytest.mark.parametrize(
    ("figure", "value", "is_promoted"),
    [
        ("challenger_auc", 0.96, True),
        ("challenger_auc", 0.94, False),
        ("challenger_caught", 0.5, False),
        ("challenger_red_team", 0.89, True),
        ("challenger_red_team", 0.87, False),
    ],
)
def test_a_challenger_that_does_worse_anywhere_is_not_promoted(
    figure: str, value: float, *, is_promoted: bool
) -> None:
    even = {"auc": 0.95, "caught": 0.8, "red_team": 0.9}
    figures = {f"{who}_{name}": value for who in ("challenger", "champion") for name, value in even.items()}

    assert relearning._is_no_worse(figures | {figure: value}) is is_promoted


def test_the_shipped_attacks_are_looked_at() -> None:
    red_team = [(("NEW_COUNTRY", 40), ("NEW_DEVICE", 30))] * 20

    found = relearned(_taught(_ATTACK, _GOOD), None, red_team)

    assert found.figures["champion_red_team"] == 1.0


points_of_reasons = st.lists(
    st.tuples(st.sampled_from(_CODES), st.integers(-60, 60).filter(bool)),
    max_size=6,
    unique_by=lambda each: each[0],
).map(tuple)


@settings(max_examples=25, deadline=None)
@given(points_of_reasons, points_of_reasons)
def test_no_verdicts_make_a_bad_sign_good_or_a_good_one_bad(attacks: Points, good: Points) -> None:
    found = relearned(_taught(attacks, good), None)
    if found.correction is None:
        return
    for worth in found.correction.worths.values():
        assert worth.slope >= 0.0
        assert worth.raised >= 0.0
        assert worth.lowered <= 0.0
    for points in (attacks, good):
        assert abs(found.correction.points(found.correction.parts(points))) <= BOUND


@given(
    st.dictionaries(st.sampled_from(_CODES), st.tuples(st.floats(0, 3), st.floats(0, 20), st.floats(-20, 0)))
)
def test_a_correction_survives_json(worths: dict[str, tuple[float, float, float]]) -> None:
    before = Correction(7, -1.25, {code: Worth(*each) for code, each in worths.items()})

    assert Correction.from_state(json.loads(json.dumps(before.to_state()))) == before


def test_lessons_are_bounded_and_survive_json() -> None:
    lessons = Lessons()
    for number in range(3000):
        attempt = by(number % 200, NOON + number * 3600)
        lessons.accept(attempt, _scored(_GOOD))
        lessons.judge(attempt, _scored(_ATTACK), "admin", valid=False)
        lessons.accept(by(number % 200, NOON + number * 3600 + 1), _scored(_GOOD))
    again = Lessons()
    again.load(json.loads(json.dumps(lessons.to_state())))

    assert len(lessons.judged(attacks=True)) == 512
    assert len(list(lessons.ordinary())) <= 30 * 128
    assert again.to_state() == lessons.to_state()


def test_the_last_word_on_a_sign_in_is_the_one_that_teaches() -> None:
    lessons, attempt = Lessons(), by(1)
    lessons.judge(attempt, _scored(_ATTACK), "admin", valid=False)
    lessons.judge(attempt, _scored(_ATTACK), "admin", valid=True)

    assert lessons.judged(attacks=True) == []
    assert len(lessons.judged(attacks=False)) == 1


def test_all_words_on_one_user_weigh_no_more_than_one_and_a_links_half() -> None:
    lessons = Lessons()
    for number in range(50):
        lessons.judge(by(1, TODAY + number), _scored(_ATTACK), "user", valid=False)
    weights = [weight for _, weight in lessons.judged(attacks=True)]

    assert sum(weights) == pytest.approx(0.5)


def _score(engine: Engine, profile: Profile | None, attempt: Any) -> int:
    return engine.assess(attempt, profile).score


def test_an_attacker_who_confirms_himself_by_the_link_stays_high() -> None:
    engine, anna = settled()
    intruder = on_phone(TODAY + 60, network=BRAZIL)
    assessment = engine.assess(intruder, anna)
    assert assessment.level is Level.HIGH

    told = engine.feedback(
        Concluded(intruder, learned=False, assessment=assessment), anna, valid=True, source="user"
    )

    assert engine.assess(on_phone(TODAY + 3600, network=BRAZIL), told).level is Level.HIGH
    assert _score(engine, told, an_attempt(TODAY + 3600)) == pytest.approx(
        _score(engine, anna, an_attempt(TODAY + 3600)), abs=3
    )


@pytest.mark.parametrize("points", [10, 95])
def test_mass_valid_of_one_users_link_moves_nobody_elses_score(points: int) -> None:
    """Nor does it forgive an address that others were attacked from, of a low risk or of a high one."""
    engine, anna = settled()
    stranger = by(77, TODAY + DAY, network=BRAZIL)
    innocent = _score(engine, None, stranger)
    for number in range(3):
        attack = Concluded(by(number, TODAY, network=BRAZIL), learned=False, assessment=_scored(_ATTACK))
        engine.feedback(attack, None, valid=False, source="admin")
    before = _score(engine, None, stranger)
    for second in range(200):
        attempt = on_phone(TODAY + second, network=BRAZIL)
        event = Concluded(attempt, learned=False, assessment=_scored((("NEW_COUNTRY", points),)))
        anna = engine.feedback(event, anna, valid=True, source="user")
    engine.population.relearn()

    assert before > innocent
    assert _score(engine, None, stranger) == before


def test_mass_invalid_on_a_shared_address_does_not_lock_its_good_users_out() -> None:
    engine, anna = settled()
    for number in range(40):
        attempt = by(number, TODAY + number, network=an_attempt().network)
        engine.feedback(
            Concluded(attempt, learned=False, assessment=engine.assess(attempt, None)),
            None,
            valid=False,
            source="user",
        )
    engine.population.relearn()

    assert engine.assess(an_attempt(TODAY + 3600), anna).level < Level.MEDIUM


def test_a_lesson_learned_beside_is_the_one_that_fell_due() -> None:
    """Whoever waits for it scores with the same from then on, whatever verdicts came meanwhile."""
    populations = Population(), Population()
    for population in populations:
        population.lessons = _taught(_ATTACK, _GOOD)
    at_once, beside = populations
    beside.is_waited_for = True
    ended = an_attempt(NOON + 40 * DAY), _scored(_GOOD), Outcome(password_ok=True)
    for population in populations:
        population.observe(*ended)

    assert at_once.correction is not None
    assert at_once.due is beside.correction is None
    assert beside.due is not None
    beside.lessons.judge(an_attempt(NOON + 41 * DAY), _scored(_ATTACK), "admin", valid=False)
    beside.take_up(beside.due.learned())

    assert beside.correction == at_once.correction
    assert (beside.learned_number, beside.latest, beside.due) == (1, at_once.latest, None)


def test_a_lesson_that_nobody_took_up_is_before_the_next_one() -> None:
    population = Population()
    population.lessons, population.is_waited_for = _taught(_ATTACK, _GOOD), True
    for day in (40, 41):
        population.lessons.fresh = 8
        population.observe(an_attempt(NOON + day * DAY), _scored(_GOOD), Outcome(password_ok=True))

    assert population.correction is not None
    assert population.learned_number == 1
    assert population.due is not None
    assert population.due.champion == population.correction
