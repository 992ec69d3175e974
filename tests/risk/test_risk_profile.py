"""What a profile keeps: bounded, unchanged by those who read it, and only so much trust a day."""

from copy import deepcopy
from dataclasses import replace

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from risk_cases import (
    BRAZIL,
    CHROME,
    DAY,
    HOME,
    MADRID,
    MOBILE,
    NOON,
    SAFARI,
    TODAY,
    an_attempt,
    on_phone,
    settled,
)
from test_risk_score import attempts

from riskengine.risk import Attempt, Network, Profile, fail, learn, taint, trust, unlearn
from riskengine.risk.decay import day_of
from riskengine.risk.profile import CAPS, FORGET, PLACES, TAINTS, UNIT, trust_in

_, ANNA = settled()


@given(attempts)
def test_nothing_that_is_learnt_changes_the_old_profile(attempt: Attempt) -> None:
    before = deepcopy(ANNA)

    for verb in (learn, unlearn, taint, trust, fail):
        verb(ANNA, attempt)

    assert before == ANNA


@settings(max_examples=20)
@given(st.integers(0, 2**32), st.integers(50, 120))
def test_a_flood_of_made_up_values_stays_bounded(seed: int, count: int) -> None:
    profile = Profile()
    for number in range(count):
        made_up = f"{seed}-{number}-" + "x" * 5000
        network = Network(
            made_up, made_up, seed + number, None, made_up, made_up, (seed * number) % 90, number % 180
        )
        agent = replace(CHROME, exact=made_up, browser=made_up, os=made_up)
        device = replace(
            on_phone().device, id=made_up, platform=made_up, screen=made_up, timezone_minutes=number
        )
        attempt = Attempt(NOON + number * DAY, "u", network, agent, device, made_up, made_up, (made_up,))
        profile = learn(taint(profile, attempt), attempt, event_id=made_up)

    assert all(len(values) <= CAPS[name] for name, values in profile.known.items())
    assert len(profile.places) <= PLACES
    assert len(profile.taints) <= TAINTS
    assert len(profile.versions) <= CAPS["family"]
    assert len(msgspec.msgpack.encode(profile)) < 80_000


def test_a_typical_profile_takes_two_kilobytes_and_comes_back_whole() -> None:
    profile = Profile()
    for day in range(200):
        digest = f"{day * 7919:016x}"
        places = (HOME, replace(MOBILE, ip=f"77.16.{day % 40}.{day}", prefix=f"77.16.{day % 40}.0/24"), HOME)
        chrome = replace(CHROME, exact=f"{day // 28:016x}", browser_version=126 + day // 28)
        device = replace(an_attempt().device, id=digest if day % 50 == 0 else "0123456789abcdef")
        if day % 3:
            attempt = an_attempt(NOON + day * DAY, network=places[day % 3], agent=chrome, device=device)
        else:
            phone = replace(SAFARI, exact=f"{day // 60:016x}")
            attempt = on_phone(NOON + day * DAY, network=places[day % 2], agent=phone)
        profile = learn(profile, attempt, event_id=f"00000000-0000-4000-8000-{day:012d}")
    packed = msgspec.msgpack.encode(profile)

    assert len(packed) <= 2048
    assert msgspec.msgpack.decode(packed, type=Profile) == profile


def test_a_day_buys_a_network_and_a_device_one_sign_in_of_trust() -> None:
    profile = learn(Profile(), an_attempt())
    for minute in range(1, 50):
        profile = learn(profile, an_attempt(TODAY + 60 * minute))

    assert profile.known["ip"][HOME.ip][0] == UNIT
    assert profile.known["device"]["laptop-id"][0] == UNIT
    assert profile.weight <= 50 * UNIT // 4


def test_trust_halves_in_a_season_and_ends_after_half_a_year() -> None:
    profile, day = learn(Profile(), an_attempt()), day_of(TODAY)

    assert trust_in(profile, "ip", HOME.ip, day + 75) == 0.5
    assert trust_in(profile, "ip", HOME.ip, day + FORGET + 1) == 0.0


def test_the_same_event_teaches_once() -> None:
    profile = learn(Profile(), an_attempt(), event_id="e1")

    assert learn(profile, an_attempt(), event_id="e1") is profile
    assert learn(profile, an_attempt(TODAY + DAY), event_id="e2").learned == 2


def test_taking_back_the_last_event_restores_the_habits() -> None:
    intruder = on_phone(ANNA.last + 60, network=BRAZIL)
    taken_back = unlearn(learn(ANNA, intruder), intruder)

    for name in ("ip", "prefix", "asn", "country", "device", "agent", "os"):
        assert set(taken_back.known[name]) == set(ANNA.known[name])
    assert taken_back.places == ANNA.places
    assert taken_back.learned == ANNA.learned
    assert abs(taken_back.weight - ANNA.weight) <= UNIT // 10


def test_later_sign_ins_through_what_an_event_brought_go_with_it() -> None:
    first = on_phone(TODAY, network=BRAZIL)
    profile = learn(ANNA, first)
    for day in range(1, 5):
        profile = learn(profile, on_phone(TODAY + day * DAY, network=BRAZIL))
    profile = unlearn(profile, first)

    assert BRAZIL.ip not in profile.known["ip"]
    assert "phone-id" not in profile.known["device"]
    assert HOME.ip in profile.known["ip"]


def test_taking_back_leaves_what_was_known_before() -> None:
    mixed = an_attempt(network=MADRID)
    profile = unlearn(learn(ANNA, mixed), mixed)

    assert trust_in(profile, "device", "laptop-id", day_of(TODAY)) > 5
    assert "ES" not in profile.known["country"]


def test_a_copied_device_is_doubted_less_the_longer_the_owner_has_it() -> None:
    once = learn(Profile(), an_attempt())
    stolen = an_attempt(TODAY + DAY, network=BRAZIL)

    assert 0.3 < taint(once, stolen).taints["device:laptop-id"][0] < 0.6
    assert "device:laptop-id" not in taint(ANNA, stolen).taints
    assert taint(once, stolen).taints[f"ip:{BRAZIL.ip}"][0] == 1.0


def test_an_attack_out_of_the_owners_habits_does_not_taint_them() -> None:
    phished = an_attempt(network=replace(HOME, ip="84.1.1.1", prefix="84.1.1.0/24"))
    tainted = taint(ANNA, phished).taints

    assert set(tainted) == {"ip:84.1.1.1", "prefix:84.1.1.0/24"}


def test_the_owners_own_typing_errors_weigh_less() -> None:
    own = fail(ANNA, an_attempt())
    foreign = fail(ANNA, an_attempt(network=BRAZIL))

    assert own.failures < foreign.failures == 1.0
