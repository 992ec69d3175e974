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
    # A wrong password is followed by others now and then; who forgot it tries four to eight times.
    expected = rates.TYPOS / (1 - rates.MORE_TYPOS) + 6 * rates.FORGETS

    assert typos == pytest.approx(expected, abs=0.03)
    assert collected == pytest.approx(rates.COLLECTED, abs=0.15)
    assert sum(line["challenge_passed"] for line in right) / len(right) == pytest.approx(
        rates.OWNER_PASSES, abs=0.03
    )


def test_as_many_send_device_data_as_the_plan_says():
    def collected(share):
        lines = simulate(Plan(seed=7, users=40, days=15, collected=share))
        right = [line for line in lines if line["label"] == "legit" and line["password_ok"]]
        return sum(line["device"] is not None for line in right) / len(right)

    assert collected(0.0) == 0.0
    assert collected(1.0) > 0.85  # some block the script


def test_people_come_through_homes_carriers_and_both_protocols(silent):
    """Many sign-ins come from an address that the user had before, but by no means all."""
    right = [line for line in silent if line["label"] == "legit" and line["password_ok"]]
    seen, again = set(), 0
    for line in right:
        again += (line["user"], line["ip"]) in seen
        seen.add((line["user"], line["ip"]))

    assert 0.2 < again / len(right) < 0.8
    assert 0.05 < sum(":" in line["ip"] for line in right) / len(right) < 0.5


def test_thieves_bring_the_device_that_is_known_and_the_very_targeted_another(silent):
    known, seen = {}, Counter()
    for line in silent:
        device = line["device"] and line["device"]["DeviceId"]
        if device is None or not line["password_ok"]:
            continue
        if line["label"] == "legit":
            known.setdefault(line["user"], set()).add(device)
        seen[line["label"], device in known.get(line["user"], ())] += 1

    assert seen["stolen_fingerprint", True] > 0
    assert not seen["stolen_fingerprint", False]
    assert seen["very_targeted", False] > 0
    assert not seen["very_targeted", True]


def test_a_verdict_follows_its_event_within_weeks_and_is_mostly_right(told):
    events = {line["id"]: line for line in _attempts(told)}
    verdicts = [line for line in told if "feedback" in line]
    delays, wrong = [], 0
    for line in verdicts:
        event = events[line["feedback"]["id"]]
        delays.append((line["time"] - event["time"]) / 3600)
        wrong += (event["label"] == "legit") != (line["feedback"]["value"] == "Valid")

    median, _ = rates.VERDICT_HOURS
    assert min(delays) > 0
    assert sorted(delays)[len(delays) // 2] == pytest.approx(median, rel=0.6)
    assert wrong <= 0.1 * len(verdicts)
    halfway = (told[0]["time"] + told[-1]["time"]) / 2
    assert max(events[line["feedback"]["id"]]["time"] for line in verdicts) <= halfway + 86_400
