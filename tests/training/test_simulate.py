"""Made-up streams: the same seed the same lives, rates as the table says, labels for the judge only."""

from collections import Counter

import pytest

from riskengine.context.recorded import AttemptLine, VerdictLine, parse_line
from riskengine.training.simulate import Plan, rates, simulate

pytestmark = pytest.mark.slow  # the address space takes seconds to read

KINDS = {
    *("naive", "vpn", "reuse", "targeted", "very_targeted", "stolen_fingerprint"),
    *("stuffing", "spraying", "slow_botnet"),
}


@pytest.fixture(scope="module")
def told():
    return simulate(Plan(seed=7, users=80, days=30, verdicts_until=0.5))


@pytest.fixture(scope="module")
def silent():
    return simulate(Plan(seed=7, users=80, days=30))


def _attempts(lines):
    return [line for line in lines if "feedback" not in line]


def test_the_same_plan_makes_the_same_stream(silent):
    assert simulate(Plan(seed=7, users=80, days=30)) == silent
    assert simulate(Plan(seed=8, users=80, days=30)) != silent


def test_verdicts_change_no_life(told, silent):
    assert _attempts(told) == silent
    assert len(told) > len(silent)


def test_every_line_is_one_of_an_attempts_file_in_the_order_of_time(told):
    import msgspec

    times = [line["time"] for line in told]
    read = [parse_line(number, msgspec.json.encode(line)) for number, line in enumerate(told, 1)]

    assert times == sorted(times)
    assert {type(line) for line in read} == {AttemptLine, VerdictLine}


def test_all_kinds_of_attack_succeed_and_bulk_ones_fail_mostly(silent):
    successes = Counter(line["label"] for line in silent if line["password_ok"])
    failures = Counter(line["label"] for line in silent if not line["password_ok"])

    assert set(successes) == {"legit", *KINDS}
    for kind in ("stuffing", "spraying", "slow_botnet"):
        assert failures[kind] > 20 * successes[kind]
    for kind in ("naive", "vpn", "targeted"):
        assert failures[kind] == 0


def test_good_sign_ins_keep_to_the_table(silent):
    good = [line for line in silent if line["label"] == "legit"]
    right = [line for line in good if line["password_ok"]]
    typos = (len(good) - len(right)) / len(right)
    collected = sum(line["device"] is not None for line in right) / len(right)

    assert typos == pytest.approx(rates.TYPOS, abs=0.02)
    assert collected == pytest.approx(rates.COLLECTED, abs=0.15)
    assert sum(line["challenge_passed"] for line in right) / len(right) == pytest.approx(
        rates.OWNER_PASSES, abs=0.03
    )


def test_a_verdict_follows_its_event_within_days_and_is_mostly_right(told):
    events = {line["id"]: line for line in _attempts(told)}
    verdicts = [line for line in told if "feedback" in line]
    wrong = 0
    for line in verdicts:
        event = events[line["feedback"]["id"]]
        assert 3600 <= line["time"] - event["time"] <= 72 * 3600 + 1
        wrong += (event["label"] == "legit") != (line["feedback"]["value"] == "Valid")

    assert wrong <= 0.1 * len(verdicts)
    halfway = (told[0]["time"] + told[-1]["time"]) / 2
    assert max(events[line["feedback"]["id"]]["time"] for line in verdicts) <= halfway + 86_400
