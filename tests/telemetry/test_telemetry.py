"""Logs without secrets; counters by an event."""

import io
import json
import logging

import pytest
import structlog
from msgspec.structs import replace

from riskengine import telemetry
from riskengine.base.secret import Secret
from riskengine.entities import AuthEvent


@pytest.fixture
def stream():
    yield io.StringIO()
    structlog.reset_defaults()
    root = logging.getLogger()
    root.handlers = [one for one in root.handlers if not isinstance(one, telemetry._LibraryLogs)]


def test_json_lines_have_level_and_time(stream):
    telemetry.configure("info", "json", stream)

    structlog.get_logger().info("listening", url="http://x")

    line = json.loads(stream.getvalue())
    assert (line["event"], line["level"], line["url"]) == ("listening", "info", "http://x")
    assert line["time"].endswith("Z")


def test_what_is_below_the_level_is_left_out(stream):
    telemetry.configure("warning", "json", stream)

    structlog.get_logger().info("quiet")

    assert stream.getvalue() == ""


@pytest.mark.parametrize("form", ["json", "text"])
def test_secrets_are_masked_by_type_and_by_name(stream, form):
    telemetry.configure("info", form, stream)

    structlog.get_logger().info("x", anything=Secret("s3cr3t"), AccessToken="s3cr3t", user_password="s3cr3t")

    assert "s3cr3t" not in stream.getvalue()
    assert "***" in stream.getvalue()


def test_a_text_line_is_one_line(stream):
    telemetry.configure("info", "text", stream)

    structlog.get_logger().info("x", user="alice\n2026-01-01 [error] forged")

    assert stream.getvalue().count("\n") == 1


@pytest.mark.parametrize(("level", "form"), [("loud", "text"), ("info", "xml")])
def test_unknown_levels_and_forms_are_refused(level, form):
    with pytest.raises(ValueError, match="unknown"):
        telemetry.configure(level, form)


def test_a_library_s_error_is_logged_without_its_text(stream):
    telemetry.configure("info", "json", stream)
    try:
        {}["s3cr3t"]
    except KeyError:
        logging.getLogger("some.library").exception("it broke")

    line = json.loads(stream.getvalue())
    assert (line["event"], line["source"], line["error"]) == ("library", "some.library", "KeyError")
    assert "test_telemetry.py" in line["at"][0]
    assert "s3cr3t" not in stream.getvalue()


EVENT = AuthEvent(
    pool="us-east-1_m",
    sub="s",
    id="e",
    time=0,
    type="SignIn",
    response="Pass",
    username="u",
    client="c",
    score=40,
    level="High",
    decision="AccountTakeover",
    action="MFA_IF_CONFIGURED",
)
COUNTERS = {
    "takeover": ("cognito_account_takeover_risk_total", {"risk_level": "high"}),
    "override": ("cognito_override_block_total", {"risk_level": "high"}),
    "compromised": ("cognito_compromised_credential_risk_total", {"risk_level": "high"}),
    "risk": ("cognito_risk_total", {}),
    "no_risk": ("cognito_no_risk_total", {}),
}


def counted(work, pool):
    """Which of a pool's counters one piece of work moves."""

    def read():
        labels = {"operation": "SignIn", "user_pool_id": pool}
        found = {
            name: telemetry.REGISTRY.get_sample_value(metric, labels | more) or 0
            for name, (metric, more) in COUNTERS.items()
        }
        success = {"deed": "SignIn", "user_pool": pool, "user_pool_client": "c"}
        return {
            **found,
            "success": telemetry.REGISTRY.get_sample_value("cognito_successes_total", success) or 0,
        }

    before = read()
    work()
    return {name: value - before[name] for name, value in read().items() if value != before[name]}


@pytest.mark.parametrize(
    ("changes", "moved"),
    [
        ({}, {"takeover": 1, "risk": 1, "success": 1}),
        ({"level": "None"}, {"no_risk": 1, "success": 1}),
        ({"response": "InProgress"}, {"takeover": 1, "risk": 1}),
        ({"score": None, "level": None, "decision": "Block", "response": "Fail"}, {"override": 1}),
        ({"score": None, "level": None, "decision": None, "response": "Fail"}, {}),
        (
            {"score": None, "level": None, "decision": "Block", "response": "Fail", "is_compromised": True},
            {},
        ),
    ],
)
def test_an_event_moves_the_counters_that_cognito_names(changes, moved):
    event = replace(EVENT, **changes)

    assert counted(lambda: telemetry.count_sign_in(event), event.pool) == moved


def test_a_score_is_counted_by_the_request_that_made_it():
    """The answer to a later challenge carries it, and counts the success alone."""
    assert counted(lambda: telemetry.count_sign_in(EVENT, is_scored=False), EVENT.pool) == {"success": 1}


def test_a_compromised_password_is_a_high_risk():
    assert counted(lambda: telemetry.count_compromised("us-east-1_m", "SignIn"), "us-east-1_m") == {
        "compromised": 1,
        "risk": 1,
    }
