"""What every score promises, whatever the attempt."""

import json
from dataclasses import fields, replace

from hypothesis import given, settings
from hypothesis import strategies as st
from risk_cases import (
    BRAZIL,
    CHROME,
    CURL,
    HOME,
    HOSTING,
    LAPTOP,
    MADRID,
    MOBILE,
    PHONE,
    PRIVATE,
    SAFARI,
    TODAY,
    an_attempt,
    by,
    settled,
    sign_in,
)

from riskengine.risk import (
    CODES,
    MISMATCHES,
    Agent,
    Attempt,
    Device,
    Level,
    Network,
    Outcome,
    Population,
    Profile,
    assess,
    default_model,
    explain,
    fail,
)

ENGINE, ANNA = settled()
networks = st.sampled_from([HOME, MOBILE, MADRID, BRAZIL, HOSTING, PRIVATE, Network(), Network(country="NO")])
agents = st.sampled_from(
    [CHROME, SAFARI, CURL, Agent(), Agent(browser="Chrome"), replace(CHROME, exact="other")]
)
devices = st.sampled_from(
    [LAPTOP, PHONE, Device(), replace(LAPTOP, id=None), replace(LAPTOP, faults=("pool",))]
)
attempts = st.builds(
    Attempt,
    time=st.floats(TODAY - 1000, TODAY + 200 * 86400.0),
    user=st.sampled_from(["anna", "bert"]),
    network=networks,
    agent=agents,
    device=devices,
    language=st.sampled_from([None, "nb-no", "pt-br"]),
    header_order=st.sampled_from([None, "chrome-order", "odd"]),
    mismatches=st.lists(st.sampled_from(MISMATCHES), max_size=3, unique=True).map(tuple),
    password=st.sampled_from([None, "anna-password", "123456"]),
)
profiles = st.sampled_from([None, Profile(), ANNA, sign_in(ENGINE, an_attempt(), None)])


@given(attempts, profiles)
def test_points_add_up_exactly(attempt: Attempt, profile: Profile | None) -> None:
    assessment = ENGINE.assess(attempt, profile)

    assert assessment.score == sum(reason.points for reason in assessment.reasons)
    assert assessment.level is assessment.thresholds.level(assessment.score)


@given(attempts, profiles)
def test_each_code_is_documented_and_each_sign_fits_its_points(
    attempt: Attempt, profile: Profile | None
) -> None:
    for reason in ENGINE.assess(attempt, profile).reasons:
        assert reason.code in CODES
        assert reason.sign == (
            "POSITIVE" if reason.points > 0 else "NEGATIVE" if reason.points else "UNKNOWN"
        )
        assert reason.text


@given(attempts, profiles)
def test_the_same_arguments_give_the_same_answer(attempt: Attempt, profile: Profile | None) -> None:
    before = json.dumps(ENGINE.population.to_state())

    first = assess(attempt, profile, ENGINE.population, default_model())

    assert assess(attempt, profile, ENGINE.population) == first
    assert json.dumps(ENGINE.population.to_state()) == before


_FACTS = [
    *(("network", field.name) for field in fields(Network) if field.name != "kinds"),
    *(("agent", field.name) for field in fields(Agent)),
    # A collector that always spoke and is silent now is evidence, not an unknown.
    *(("device", field.name) for field in fields(Device) if field.name not in {"faults", "collector"}),
    ("", "language"),
    ("", "header_order"),
    ("", "password"),
]


def _without(attempt: Attempt, facts: list[tuple[str, str]]) -> Attempt:
    for part, name in facts:
        if part:
            attempt = replace(attempt, **{part: replace(getattr(attempt, part), **{name: None})})
        else:
            attempt = replace(attempt, **{name: None})
    return attempt


@given(st.lists(st.sampled_from(_FACTS), unique=True))
def test_unknown_facts_never_raise_the_level_of_a_usual_sign_in(missing: list[tuple[str, str]]) -> None:
    assert ENGINE.assess(_without(an_attempt(), missing), ANNA).level is Level.NONE


@given(attempts)
def test_an_unknown_network_says_nothing_and_is_said_to_be_unknown(attempt: Attempt) -> None:
    reasons = ENGINE.assess(replace(attempt, network=PRIVATE), ANNA).reasons

    assert next(reason for reason in reasons if reason.code == "UNKNOWN_NETWORK").points == 0
    assert not {reason.code for reason in reasons} & {
        "USUAL_NETWORK",
        "NEW_NETWORK",
        "NEW_COUNTRY",
        "IP_FAILURES",
    }


@given(attempts)
def test_an_attempt_that_says_nothing_at_all_is_not_called_usual(attempt: Attempt) -> None:
    blank = replace(
        attempt,
        network=Network(),
        agent=Agent(),
        device=Device(),
        language=None,
        header_order=None,
        mismatches=(),
    )

    assert ENGINE.assess(blank, ANNA).score >= -5


failures = st.builds(
    lambda number, network, password, agent: by(number, network=network, password=password, agent=agent),
    st.integers(0, 200),
    networks,
    st.sampled_from(["123456", "anna-password"]),
    agents,
)


@settings(max_examples=40)
@given(attempts, profiles, st.lists(failures, min_size=1, max_size=40))
def test_failures_of_others_never_lower_a_score(
    attempt: Attempt, profile: Profile | None, failed: list[Attempt]
) -> None:
    engine, _ = settled()
    attempt = replace(attempt, time=TODAY)
    sign_in(engine, by(1), None)  # the day has begun
    before = engine.assess(attempt, profile).score

    for each in failed:
        sign_in(engine, each, None, Outcome(password_ok=False))
        after = engine.assess(attempt, profile).score
        assert after >= before
        before = after


@given(attempts, st.integers(1, 20))
def test_failures_of_the_account_never_lower_its_score(attempt: Attempt, count: int) -> None:
    hit, before = ANNA, ENGINE.assess(attempt, ANNA).score
    for _ in range(count):
        hit = fail(hit, replace(attempt, network=BRAZIL, device=Device()))
        after = ENGINE.assess(attempt, hit).score
        assert after >= before
        before = after


@given(attempts)
def test_novelty_alone_is_never_high_for_a_young_user(attempt: Attempt) -> None:
    fresh = Population()
    for learned in range(3):
        young = replace(ANNA, learned=learned) if learned else Profile()
        assessment = assess(attempt, young, fresh)
        if not assessment.evidence:
            assert assessment.level <= (Level.MEDIUM if learned else Level.LOW)


def test_explanations_name_the_weightiest_reason_first() -> None:
    lines = explain(ENGINE.assess(an_attempt(network=BRAZIL), ANNA))

    assert lines[0].startswith("Medium risk, ") or lines[0].startswith("High risk, ")
    assert lines[1].split()[1] == "NEW_COUNTRY:"
