"""Telling sign-ins, from end to end of the engine."""

from dataclasses import replace

import pytest
from risk_cases import (
    BRAZIL,
    CHROME,
    CURL,
    DAY,
    HOME,
    HOSTING,
    LAPTOP,
    MADRID,
    MOBILE,
    NOON,
    TODAY,
    an_attempt,
    by,
    on_phone,
    settled,
    sign_in,
)

from riskengine.risk import Agent, Assessment, Device, Engine, Level, Network, Outcome, Profile

WRONG = Outcome(password_ok=False)


def _points(assessment: Assessment, code: str) -> int:
    return sum(reason.points for reason in assessment.reasons if reason.code == code)


def _text(assessment: Assessment, code: str) -> str:
    return next(reason.text for reason in assessment.reasons if reason.code == code)


def test_a_steady_user_at_home_is_no_risk() -> None:
    engine, anna = settled()

    assert engine.assess(an_attempt(), anna).level is Level.NONE


def test_a_new_phone_at_home_is_low_at_most() -> None:
    engine, anna = settled()
    assessment = engine.assess(on_phone(), anna)

    assert assessment.level <= Level.LOW
    assert _text(assessment, "NEW_DEVICE") == "first time with Mobile Safari 18 on iOS 18.6"


def test_a_traveller_with_a_known_device_is_medium_at_most() -> None:
    engine, anna = settled()
    assessment = engine.assess(an_attempt(TODAY + DAY, network=MADRID), anna)

    assert Level.NONE < assessment.level <= Level.MEDIUM
    assert _text(assessment, "NEW_COUNTRY").startswith("new country: NO → ES, ")


def test_a_stranger_from_another_country_is_high() -> None:
    engine, anna = settled()
    stranger = replace(on_phone().device, id="other", timezone_minutes=-180, language="pt-br")
    attempt = on_phone(network=BRAZIL, device=stranger, language="pt-br")

    assert engine.assess(attempt, anna).level is Level.HIGH


def test_a_new_provider_is_named_beside_the_usual_one() -> None:
    engine, anna = settled()
    assessment = engine.assess(an_attempt(network=MOBILE), anna)

    text = "first time from AS12929 Telia Mobil (NO); usual: AS2119 Telenor (NO)"
    assert _text(assessment, "NEW_NETWORK") == text


def test_nobody_flies_to_brazil_in_forty_minutes() -> None:
    engine, anna = settled()
    anna = sign_in(engine, an_attempt(TODAY), anna)
    far = an_attempt(TODAY + 2400, network=BRAZIL)

    assert _text(engine.assess(far, anna), "IMPOSSIBLE_TRAVEL") == "NO → BR, 9,900 km in 40 min"
    assert _points(engine.assess(replace(far, time=TODAY + 2 * DAY), anna), "IMPOSSIBLE_TRAVEL") == 0


def test_a_blurred_position_is_no_travel() -> None:
    engine, anna = settled()
    anna = sign_in(engine, an_attempt(TODAY), anna)
    blurred = replace(BRAZIL, accuracy_km=12_000.0)

    assert _points(engine.assess(an_attempt(TODAY + 2400, network=blurred), anna), "IMPOSSIBLE_TRAVEL") == 0


def test_a_habitual_vpn_is_neither_travel_nor_news() -> None:
    engine, anna = settled()
    vpn = replace(HOSTING, kinds=frozenset({"vpn"}))
    for day in range(12):
        anna = sign_in(engine, an_attempt(TODAY + day * DAY, network=vpn), anna)
        anna = sign_in(engine, an_attempt(TODAY + day * DAY + 600), anna)
    assessment = engine.assess(an_attempt(TODAY + 12 * DAY, network=vpn), anna)

    assert assessment.level is Level.NONE
    assert _points(assessment, "IMPOSSIBLE_TRAVEL") == _points(assessment, "HOSTING_NETWORK") == 0


def _stuff(engine: Engine, network: Network = HOSTING) -> None:
    bot = {"network": network, "agent": CURL, "device": Device(), "header_order": "bot", "language": None}
    for number in range(80):
        sign_in(engine, by(number, TODAY + number, **bot), None, WRONG)


def test_a_right_password_out_of_a_stuffing_burst_is_high() -> None:
    engine, anna = settled()
    _stuff(engine)
    hit = an_attempt(
        TODAY + 90,
        network=HOSTING,
        agent=CURL,
        device=Device(),
        header_order="bot",
        language=None,
        password="leaked",
    )
    assessment = engine.assess(hit, anna)

    assert assessment.level is Level.HIGH
    assert _points(assessment, "WIDE_ATTEMPTS") > 30
    assert _points(assessment, "AGENT_FAILURES") > 15


def test_a_burst_elsewhere_leaves_the_user_at_home_alone() -> None:
    engine, anna = settled()
    _stuff(engine)

    assert engine.assess(an_attempt(TODAY + 90), anna).level is Level.NONE


def test_a_known_device_alone_does_not_clear_a_new_ill_reputed_provider() -> None:
    engine, anna = settled()
    _stuff(engine)

    assert engine.assess(an_attempt(TODAY + 90, network=HOSTING), anna).level >= Level.MEDIUM


def test_a_password_sprayed_over_the_pool_counts_wherever_it_comes_from() -> None:
    engine, _ = settled()
    for number in range(40):
        exit_ = replace(MADRID, ip=f"90.1.{number}.1", prefix=f"90.1.{number}.0/24")
        sign_in(engine, by(number, TODAY + number, network=exit_, password="Summer2026!"), None, WRONG)
    hit = engine.assess(by(50, TODAY + 100, network=BRAZIL, password="Summer2026!"), None)

    assert _points(hit, "WIDE_PASSWORD") > 30
    assert hit.level >= Level.MEDIUM


def test_a_shared_exit_with_good_history_is_not_poisoned() -> None:
    engine, _ = settled()
    exit_ = replace(MOBILE, ip="77.16.9.9", prefix="77.16.9.0/24")
    for number in range(100):
        for day in range(3):
            sign_in(engine, by(number, TODAY - day * DAY, network=exit_), None)
    crowded = by(200, TODAY + 60, network=exit_)
    lonely = by(200, TODAY + 60, network=HOSTING)
    for number in range(10):
        sign_in(engine, by(number, TODAY, network=exit_), None, WRONG)
        sign_in(engine, by(number, TODAY, network=HOSTING), None, WRONG)

    assert engine.assess(crowded, None).evidence < 5
    assert engine.assess(lonely, None).evidence > 15


def test_hammering_an_account_does_not_lock_its_owner_out() -> None:
    engine, anna = settled()
    for number in range(300):
        attack = an_attempt(TODAY + number, network=BRAZIL, agent=CURL, device=Device(), header_order="bot")
        anna = sign_in(engine, attack, anna, WRONG)

    assert engine.assess(an_attempt(TODAY + 400), anna).level is Level.NONE


@pytest.mark.parametrize("learned", [1, 2])
def test_a_second_place_early_on_is_not_high(learned: int) -> None:
    engine, _ = settled()
    bert = Profile()
    for day in range(learned):
        bert = sign_in(engine, by(99, NOON + (59 + day) * DAY), bert)

    assert engine.assess(by(99, TODAY, network=MOBILE, agent=CHROME), bert).level <= Level.MEDIUM


def test_a_first_sign_in_is_low_at_most() -> None:
    engine, _ = settled()
    assessment = engine.assess(by(99, network=HOSTING), None)

    assert assessment.level <= Level.LOW
    assert _points(assessment, "COLD_START") < 0
    assert "FIRST_SIGN_IN" in {reason.code for reason in assessment.reasons}


def test_a_device_id_in_another_browser_is_a_copy() -> None:
    engine, anna = settled()
    carried = an_attempt(
        agent=Agent("ff", "Firefox", 140, "Linux", None, "desktop"), header_order="firefox-order"
    )

    assert _points(engine.assess(carried, anna), "DEVICE_COPIED") > 20


def test_an_update_of_the_browser_is_ordinary_and_a_downgrade_is_not() -> None:
    engine, anna = settled()
    newer = replace(CHROME, exact="chrome-127-win", browser_version=127)
    older = replace(CHROME, exact="chrome-119-win", browser_version=119)

    assert engine.assess(an_attempt(agent=newer), anna).level is Level.NONE
    assert _points(engine.assess(an_attempt(agent=newer), anna), "AGENT_DOWNGRADE") == 0
    assert _points(engine.assess(an_attempt(agent=older), anna), "AGENT_DOWNGRADE") > 0


def test_a_pool_without_any_collector_misses_none() -> None:
    engine, _ = settled()
    bert, plain = Profile(), {"device": Device()}
    for day in range(10):
        bert = sign_in(engine, by(99, NOON + (50 + day) * DAY, **plain), bert)
    assessment = engine.assess(by(99, TODAY, **plain), bert)

    assert _points(assessment, "MISSING_COLLECTOR") == 0
    assert assessment.level is Level.NONE


def test_ordinary_home_addresses_change_within_the_provider() -> None:
    engine, anna = settled()
    renewed = replace(HOME, ip="84.209.3.77", prefix="84.209.3.0/24")

    assert engine.assess(an_attempt(network=renewed), anna).level <= Level.LOW


UNPROVEN = Outcome(password_ok=True)
NEARBY = replace(HOME, ip="84.209.3.77", prefix="84.209.3.0/24")


def test_whoever_got_in_unproven_is_no_friend_a_minute_later() -> None:
    engine, anna = settled()
    first = engine.assess(on_phone(), anna)
    after = sign_in(engine, on_phone(), anna, UNPROVEN)
    repeated = engine.assess(on_phone(TODAY + 60), after)

    assert first.level < Level.MEDIUM
    assert _points(repeated, "NEW_DEVICE") > 0.5 * _points(first, "NEW_DEVICE")
    assert _points(repeated, "KNOWN_DEVICE") == 0


def test_a_passed_challenge_makes_friends_at_once_and_a_day_does_for_the_rest() -> None:
    engine, anna = settled()
    proven = sign_in(engine, on_phone(), anna, Outcome(password_ok=True, challenge=True))
    unproven = sign_in(engine, on_phone(), anna, UNPROVEN)

    assert _points(engine.assess(on_phone(TODAY + 60), proven), "KNOWN_DEVICE") < 0
    assert _points(engine.assess(on_phone(TODAY + DAY), unproven), "KNOWN_DEVICE") < 0


def test_a_second_sign_in_minutes_after_the_very_first_is_usual() -> None:
    engine, _ = settled()
    bert = sign_in(engine, by(99), None, UNPROVEN)

    assert _points(engine.assess(by(99, TODAY + 60), bert), "KNOWN_DEVICE") < 0


@pytest.mark.parametrize("minutes", [0, 120])
def test_summer_time_is_no_other_time_zone(minutes: int) -> None:
    engine, anna = settled()
    shifted = replace(LAPTOP, timezone_minutes=minutes)

    assert _points(engine.assess(an_attempt(device=shifted), anna), "TIME_ZONE") == 0


def test_an_hour_in_a_new_country_or_several_at_home_are_another_zone() -> None:
    engine, anna = settled()
    far = an_attempt(device=replace(LAPTOP, timezone_minutes=-180))

    assert _points(engine.assess(far, anna), "TIME_ZONE") > 20


def test_a_new_version_may_order_its_headers_anew() -> None:
    engine, anna = settled()
    newer = replace(CHROME, exact="chrome-127-win", browser_version=127)
    updated = engine.assess(an_attempt(agent=newer, header_order="chrome-127-order"), anna)
    tampered = engine.assess(an_attempt(header_order="chrome-127-order"), anna)

    assert updated.level is Level.NONE
    assert _points(updated, "HEADER_ORDER") < _points(tampered, "HEADER_ORDER")


def test_an_update_surprises_less_the_longer_the_user_was_away() -> None:
    engine, anna = settled()
    newer = replace(CHROME, exact="chrome-127-win", browser_version=127)
    plain = {"agent": newer, "device": Device()}
    soon = engine.assess(an_attempt(TODAY, **plain), anna)
    later = engine.assess(an_attempt(TODAY + 30 * DAY, **plain), anna)
    other = replace(newer, exact="chrome-119-win", browser_version=119)
    older = engine.assess(an_attempt(TODAY + 30 * DAY, agent=other, device=Device()), anna)

    assert _points(later, "NEW_AGENT") < _points(soon, "NEW_AGENT")
    assert _points(later, "NEW_AGENT") < _points(older, "NEW_AGENT")


def test_a_known_device_abroad_is_a_traveller_sooner_than_a_thief() -> None:
    engine, anna = settled()
    carried = engine.assess(an_attempt(TODAY + DAY, network=MADRID), anna)
    stranger = engine.assess(on_phone(TODAY + DAY, network=MADRID), anna)

    assert _points(carried, "KNOWN_DEVICE") < -20
    assert 0 < _points(carried, "DISTANCE") < _points(stranger, "DISTANCE")


def test_what_a_like_looking_browser_brings_along_proves_little() -> None:
    engine, anna = settled()
    mimic = an_attempt(network=NEARBY, device=replace(LAPTOP, id="another"))

    assert abs(_points(engine.assess(mimic, anna), "PLATFORM")) < 5


def test_ones_own_typos_do_not_speak_against_ones_browser() -> None:
    engine, _ = settled()
    rare = {"agent": Agent("ff", "Firefox", 140, "Linux", None, "desktop"), "header_order": "firefox-order"}
    bert = Profile()
    for second in range(6):
        bert = sign_in(engine, by(99, TODAY + second, **rare), bert, WRONG)

    assert _points(engine.assess(by(99, TODAY + 60, **rare), bert), "AGENT_FAILURES") == 0
    assert _points(engine.assess(by(98, TODAY + 60, **rare), None), "AGENT_FAILURES") > 0


def test_coming_on_time_makes_nobody_usual_who_says_nothing_else() -> None:
    engine, anna = settled()
    blank = an_attempt(
        network=Network(), agent=Agent(), device=Device(), language=None, header_order=None, password=None
    )

    assert _points(engine.assess(blank, anna), "HOUR") >= 0
    assert _points(engine.assess(an_attempt(), anna), "HOUR") < 0
