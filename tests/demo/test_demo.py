"""The first thing a newcomer sees: a service that judges sign-ins, and says why."""

import json
import subprocess
import sys

import pytest

LEVELS = ["None", "Low", "Medium", "High"]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> subprocess.CompletedProcess[str]:
    """A whole demo in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "riskengine", "demo", "--exit", "--json", "--port", "0"],
        cwd=tmp_path_factory.mktemp("demo"),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.fixture(scope="module")
def decisions(demo) -> dict[str, dict]:
    """Its decisions, by the titles of their scenes."""
    lines = [json.loads(line) for line in demo.stdout.splitlines()]
    return {line["scene"]: line for line in lines}


def rank(decision) -> int:
    return LEVELS.index(decision["level"])


def test_demo_ends_well_and_says_nothing_but_decisions(demo, decisions):
    assert (demo.returncode, demo.stderr) == (0, "")
    assert len(decisions) == len(demo.stdout.splitlines()) >= 12


def test_every_decision_tells_who_where_what_and_why(decisions):
    members = {"scene", "user", "ip", "scored", "score", "level", "decision", "action", "outcome", "reasons"}
    for decision in decisions.values():
        assert set(decision) == members
        assert all(set(reason) == {"code", "points", "text"} for reason in decision["reasons"])


def test_points_add_up_exactly(decisions):
    scored = [decision for decision in decisions.values() if decision["scored"]]
    assert len(scored) >= 12
    for decision in scored:
        assert decision["score"] == sum(reason["points"] for reason in decision["reasons"])
        assert decision["reasons"]


@pytest.mark.parametrize(
    ("scene", "outcome"),
    [
        ("Known user at home", "tokens"),
        ("By the app's own server", "tokens"),
        ("New phone at home", "tokens"),
        ("VPN user, new exit", "tokens"),
        ("Impossible travel", "blocked"),
        ("Traveller", "asked for a code: right, tokens"),
        ("Traveller, an hour later", "tokens"),
        ("Targeted takeover", "asked for a code: wrong, refused"),
        ("The same thief again", "blocked"),
        ("And she herself", "tokens"),
        ("Blocked addresses", "blocked: address"),
        ("Skipped addresses", "tokens"),
        ("Compromised password", "blocked: password must be reset"),
        ("Stuffing: a hit", "blocked"),
        ("Spraying: a hit", "blocked"),
        ("Unknown user name", "refused: wrong name or password"),
    ],
)
def test_each_scene_ends_as_it_should(decisions, scene, outcome):
    assert decisions[scene]["outcome"] == outcome


@pytest.mark.parametrize("scene", ["Known user at home", "By the app's own server", "And she herself"])
def test_who_comes_as_always_is_no_risk(decisions, scene):
    assert (decisions[scene]["level"], decisions[scene]["decision"]) == ("None", "NoRisk")


@pytest.mark.parametrize("scene", ["New phone at home", "VPN user, new exit"])
def test_one_change_bothers_nobody(decisions, scene):
    assert rank(decisions[scene]) <= LEVELS.index("Low")


@pytest.mark.parametrize("scene", ["Blocked addresses", "Skipped addresses"])
def test_listed_addresses_get_no_score(decisions, scene):
    decision = decisions[scene]
    assert (decision["scored"], decision["score"], decision["level"], decision["reasons"]) == (
        False,
        0,
        "None",
        [],
    )


def test_blocked_address_is_a_block(decisions):
    blocked = decisions["Blocked addresses"]
    assert (blocked["decision"], blocked["action"]) == ("Block", "BLOCK")


def test_compromised_password_is_blocked_whatever_the_risk(decisions):
    decision = decisions["Compromised password"]
    assert (decision["level"], decision["decision"]) == ("None", "Block")


def test_vpn_costs_more_who_never_used_one(decisions):
    assert decisions["The same VPN, first time"]["score"] > decisions["VPN user, new exit"]["score"]


def test_verdict_invalid_raises_the_score_and_changes_the_action(decisions):
    before, after = decisions["Targeted takeover"], decisions["The same thief again"]
    assert before["ip"] == after["ip"]
    assert after["score"] > before["score"]
    assert (before["action"], after["action"]) == ("MFA_IF_CONFIGURED", "BLOCK")
    assert "TAINTED" in {reason["code"] for reason in after["reasons"]}


def test_verdict_valid_makes_the_next_one_cheaper(decisions):
    before, after = decisions["Traveller"], decisions["Traveller, an hour later"]
    assert after["score"] < before["score"]
    assert rank(after) < rank(before)


def test_bursts_are_seen_across_accounts(decisions):
    def codes(scene):
        return {reason["code"] for reason in decisions[scene]["reasons"]}

    assert "WIDE_ATTEMPTS" in codes("Stuffing: a hit")
    assert "WIDE_PASSWORD" in codes("Spraying: a hit")
