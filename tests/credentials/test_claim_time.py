"""TIMESTAMP: every form real clients send."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycognito.aws_srp import AWSSRP

from riskengine.base.clock import MINUTE, SECOND
from riskengine.credentials.claim_time import TimestampError, format_timestamp, is_fresh, parse_timestamp

START = 1_767_225_600
seconds_of_a_year = st.integers(START, START + 366 * 86_400)


def padded(text: str, filler: str) -> str:
    """The same moment with its day brought to two characters."""
    weekday, month, day, rest = text.split(" ", 3)
    return f"{weekday} {month} {day.rjust(2, filler)} {rest}"


@given(seconds_of_a_year, st.sampled_from(["", "0", " "]))
def test_a_moment_survives_its_text(seconds, filler):
    text = format_timestamp(seconds * SECOND)
    assert parse_timestamp(padded(text, filler) if filler else text) == seconds * SECOND


@given(seconds_of_a_year)
def test_the_form_is_the_clients(seconds):
    moment = datetime.fromtimestamp(seconds, UTC)
    assert format_timestamp(seconds * SECOND) == AWSSRP.get_cognito_formatted_timestamp(moment)


def test_every_day_of_a_year_is_read():
    days = [(START + day * 86_400) * SECOND for day in range(366)]
    assert [parse_timestamp(format_timestamp(day)) for day in days] == days


def test_published_timestamp():
    assert parse_timestamp("Tue Jan 2 03:04:05 UTC 2024") == 1_704_164_645 * SECOND


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-01-02T03:04:05Z",
        "Di Jan 2 03:04:05 UTC 2024",
        "Tue Mai 2 03:04:05 UTC 2024",
        "Tue Jan 2 03:04:05 GMT 2024",
        "Tue Jan 2 3:04:05 UTC 2024",
        "Tue Jan 0 03:04:05 UTC 2024",
        "Fri Feb 30 03:04:05 UTC 2024",
        "Tue Jan 2 24:04:05 UTC 2024",
        "Tue Jan 2 03:04:60 UTC 2024",
        "Tue Jan 2 03:04:05 UTC 0000",
        "Tue Jan 2 03:04:05 UTC 2024\n",
        "Tue Jan ٢ 03:04:05 UTC 2024",
        "Tue Jan 2 03:04:05 UTC 20244",
    ],
)
def test_any_other_text_is_refused(text):
    with pytest.raises(TimestampError):
        parse_timestamp(text)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text):
    try:
        parse_timestamp(text)
    except TimestampError:
        return


@pytest.mark.parametrize(
    ("off", "tolerance", "expected"),
    [
        (0, MINUTE, True),
        (MINUTE, MINUTE, True),
        (-MINUTE, MINUTE, True),
        (MINUTE + 1, MINUTE, False),
        (-MINUTE - 1, MINUTE, False),
    ],
)
def test_a_claim_is_fresh_within_the_tolerance_on_both_sides(off, tolerance, expected):
    now = START * SECOND
    assert is_fresh(now + off, now, tolerance) is expected
