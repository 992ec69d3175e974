"""When the engine learns, and what feedback does at once."""

import pytest
from risk_cases import BRAZIL, DAY, HOME, MADRID, TODAY, an_attempt, by, on_phone, settled, sign_in

from riskengine.risk import Assessment, Concluded, Engine, Level, Outcome, Profile, Thresholds

INTRUDER = on_phone(TODAY, network=BRAZIL)
STEADY = 40  # points


def _assessed(level: Level) -> Assessment:
    return Assessment(0, level, (), Thresholds(0, 20, 60))


@pytest.mark.parametrize(
    ("level", "outcome", "expected"),
    [
        (Level.NONE, Outcome(True), "learned"),
        (Level.LOW, Outcome(True), "learned"),
        (Level.MEDIUM, Outcome(True), "quarantined"),
        (Level.HIGH, Outcome(True), "quarantined"),
        (Level.MEDIUM, Outcome(True, challenge=True), "learned"),
        (Level.HIGH, Outcome(True, challenge=True), "learned"),
        (Level.LOW, Outcome(True, challenge=False), "refused"),
        (Level.HIGH, Outcome(True, challenge=False), "refused"),
        (Level.HIGH, Outcome(True, blocked=True), "refused"),
        (Level.NONE, Outcome(True, blocked=True), "refused"),
        (Level.NONE, Outcome(False), "refused"),
    ],
)
def test_what_teaches(level: Level, outcome: Outcome, expected: str) -> None:
    engine, anna = settled()
    end = engine.conclude(INTRUDER, anna, _assessed(level), outcome)

    assert (end.learned, end.quarantined, end.refused) == tuple(
        expected == each for each in ("learned", "quarantined", "refused")
    )
    assert end.profile.learned == anna.learned + end.learned


def test_a_wrong_password_counts_against_the_account_and_a_block_does_not() -> None:
    engine, anna = settled()
    wrong = engine.conclude(INTRUDER, anna, _assessed(Level.HIGH), Outcome(False))
    blocked = engine.conclude(INTRUDER, anna, _assessed(Level.HIGH), Outcome(True, blocked=True))

    assert wrong.profile.failures == 1.0
    assert blocked.profile == anna


def test_concluding_changes_nothing_before_it_is_observed() -> None:
    engine, anna = settled()
    before = engine.population.to_state()
    end = engine.conclude(an_attempt(), anna, engine.assess(an_attempt(), anna), Outcome(True))

    assert engine.population.to_state() == before
    engine.observe(end)
    assert engine.population.to_state() != before


def test_the_same_event_concluded_twice_teaches_once() -> None:
    engine, anna = settled()
    assessment = engine.assess(an_attempt(), anna)
    first = engine.conclude(an_attempt(), anna, assessment, Outcome(True), event_id="e")
    again = engine.conclude(an_attempt(), first.profile, assessment, Outcome(True), event_id="e")

    assert again.profile == first.profile
    assert again.learned


def _feedback(
    engine: Engine, profile: Profile, *, valid: bool, source: str = "admin", learned: bool = False
) -> Profile:
    return engine.feedback(Concluded(INTRUDER, learned), profile, valid=valid, source=source)  # type: ignore[arg-type]


@pytest.mark.parametrize("source", ["admin", "user"])
def test_invalid_raises_the_next_score_and_valid_lowers_it(source: str) -> None:
    engine, anna = settled()
    later = on_phone(TODAY + DAY, network=BRAZIL)
    before = engine.assess(later, anna).score

    wary = _feedback(engine, anna, valid=False, source=source)
    assert engine.assess(later, wary).score > before + STEADY

    calm = _feedback(engine, anna, valid=True, source=source)
    assert engine.assess(later, calm).score < before - STEADY


def test_invalid_takes_a_learned_event_out_again() -> None:
    engine, anna = settled()
    fooled = sign_in(engine, INTRUDER, anna)
    wary = _feedback(engine, fooled, valid=False, learned=True)

    assert BRAZIL.ip not in wary.known["ip"]
    assert wary.learned == anna.learned


def test_the_owner_stays_free_after_an_invalid() -> None:
    engine, anna = settled()

    assert engine.assess(an_attempt(TODAY + DAY), _feedback(engine, anna, valid=False)).level is Level.NONE


def test_one_event_counts_once_however_often_it_is_judged() -> None:
    engine, anna = settled()
    once = _feedback(engine, anna, valid=True)
    state = engine.population.to_state()

    assert _feedback(engine, once, valid=True) == once
    assert engine.population.to_state() == state


def test_the_last_word_wins() -> None:
    engine, anna = settled()
    later = on_phone(TODAY + DAY, network=BRAZIL)
    wary = _feedback(engine, _feedback(engine, anna, valid=True), valid=False)
    calm = _feedback(engine, wary, valid=True)

    assert "ip:" + str(BRAZIL.ip) in wary.taints
    assert not calm.taints
    assert engine.assess(later, calm).level <= Level.LOW


def test_one_users_word_weighs_less_for_others_than_an_operators() -> None:
    def elsewhere(source: str) -> int:
        engine, anna = settled()
        _feedback(engine, anna, valid=False, source=source)
        reasons = engine.assess(by(77, TODAY + 60, network=BRAZIL), None).reasons
        return sum(reason.points for reason in reasons if reason.code == "TAINTED_ELSEWHERE")

    assert 0 < elsewhere("user") < elsewhere("admin")


def test_repeated_words_of_one_user_are_bounded_for_others() -> None:
    engine, anna = settled()
    for second in range(50):
        attempt = on_phone(TODAY + second, network=BRAZIL)
        engine.feedback(Concluded(attempt, learned=False), anna, valid=False, source="user")

    assert engine.population.tainted(INTRUDER, TODAY + 60) <= 1.0


def test_unproven_sign_ins_buy_no_trust_however_many() -> None:
    engine, anna = settled()
    before = engine.assess(on_phone(TODAY + DAY, network=BRAZIL), anna)
    for second in range(30):
        anna = sign_in(engine, on_phone(TODAY + second, network=BRAZIL), anna, Outcome(password_ok=True))

    assert before.level is Level.HIGH
    assert engine.assess(on_phone(TODAY + DAY, network=BRAZIL), anna).level is Level.HIGH


def test_a_burst_in_one_day_buys_hardly_more_than_one_sign_in() -> None:
    engine, anna = settled()
    once = sign_in(engine, an_attempt(network=MADRID), anna)
    often = once
    for minute in range(1, 40):
        often = sign_in(engine, an_attempt(TODAY + 60 * minute, network=MADRID), often)

    assert often.known["ip"][str(MADRID.ip)][0] == once.known["ip"][str(MADRID.ip)][0]
    assert often.known["ip"][str(HOME.ip)] == once.known["ip"][str(HOME.ip)]


def test_replaying_the_same_attempts_gives_the_same_scores() -> None:
    def replay() -> list[int]:
        engine, anna = settled()
        scores = []
        for number in range(60):
            attempt = (an_attempt, on_phone)[number % 2](
                TODAY + number * 7200, network=(HOME, MADRID)[number % 3 == 0]
            )
            assessment = engine.assess(attempt, anna)
            scores.append(assessment.score)
            end = engine.conclude(attempt, anna, assessment, Outcome(number % 7 != 0))
            engine.observe(end)
            anna = end.profile
        return scores

    assert replay() == replay()
