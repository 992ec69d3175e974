"""User agents: families, kinds, the name that Cognito shows, and hostile texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine.context.agent import LONGEST_AGENT, UNKNOWN_AGENT, ParsedAgent, parse_agent

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/126.0.0.0 Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/17.5 Mobile/15E148 Safari/604.1"
)


def test_a_desktop_browser_is_taken_apart():
    assert parse_agent(CHROME) == ParsedAgent(
        "Chrome", 126, "Windows", "10", "desktop", "Chrome 126, Windows 10"
    )


def test_a_phone_is_taken_apart():
    expected = ParsedAgent("Mobile Safari", 17, "iOS", "17.5.1", "mobile", "Mobile Safari 17, iOS 17.5")
    assert parse_agent(IPHONE) == expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (CHROME.replace("Windows NT 10.0; Win64; x64", "X11; Linux x86_64"), "desktop"),
        (
            "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) Version/16.6 Mobile/15E148 Safari/604.1",
            "tablet",
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36",
            "mobile",
        ),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "bot"),
        (CHROME.replace("Chrome", "HeadlessChrome"), "bot"),
        ("aws-sdk-js/3.1 ua/2.1 os/linux#6.1 lang/js md/nodejs#20", "library"),
        ("Boto3/1.44.5 md/Botocore#1.44.5 ua/2.0 os/linux#6.1 lang/python#3.11.7", "library"),
        ("aws-cli/2.15.0 Python/3.11.6 Linux/5 exe/x86_64", "library"),
        ("python-requests/2.31.0", "library"),
        ("okhttp/4.9.3", "library"),
        ("Go-http-client/2.0", "library"),
        ("axios/1.6.2", "library"),
        ("curl/8.5.0", "library"),
        ("something of our own", None),
    ],
)
def test_kinds(text, kind):
    assert parse_agent(text).kind == kind


@pytest.mark.parametrize("text", [None, "", "   ", "\x00\x01", "something of our own"])
def test_what_is_not_recognised_is_other(text):
    assert parse_agent(text) == UNKNOWN_AGENT
    assert UNKNOWN_AGENT.display == "Other, Other"


@given(st.text(max_size=200) | st.builds(lambda a, b: f"Mozilla/5.0 ({a}) {b}/1.2", st.text(), st.text()))
def test_no_text_is_an_error(text):
    parsed = parse_agent(text)
    assert parsed.display.isprintable()
    assert len(parsed.browser or "") <= 64


def test_a_megabyte_is_cut_before_it_is_parsed():
    assert parse_agent(CHROME + "x" * 1_000_000) == parse_agent((CHROME + "x" * 2000)[:LONGEST_AGENT])


def test_lone_surrogates_are_no_error():
    assert parse_agent("\ud800" + CHROME).browser == "Chrome"
