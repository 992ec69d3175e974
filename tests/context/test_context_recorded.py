"""Files of recorded sign-ins, and the set of common passwords."""

import gzip
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine.base.clock import SECOND
from riskengine.base.secret import Secret
from riskengine.context.attempt import RawContext
from riskengine.context.breached import CommonPasswords
from riskengine.context.recorded import (
    LONGEST_LINE,
    AttemptLine,
    BadLine,
    RecordedAttempt,
    Truth,
    VerdictLine,
    parse_line,
    parse_time,
    read_attempts,
    read_lines,
)

LEAST = {"time": 1700000000, "user": "alice", "ip": "203.0.113.7", "password_ok": True}


def line(**members):
    return json.dumps(LEAST | members).encode()


def test_the_least_line_is_an_attempt():
    raw = RawContext(1_700_000_000 * SECOND, "203.0.113.7", header_order_known=True)
    attempt = RecordedAttempt(None, None, "alice", raw, password_ok=True, is_breached=False)
    assert parse_line(7, line()) == AttemptLine(7, attempt, Truth(None, None))


def test_a_full_line_keeps_the_truth_apart():
    text = line(
        id="a1",
        pool="main",
        time="2023-11-14T22:13:20.5Z",
        headers=[["User-Agent", "x"], ["Accept", "y"]],
        device={"UserAgent": "x"},
        challenge_passed=False,
        breached=True,
        label="stuffing",
        nonsense=[1, 2],
    )
    raw = RawContext(
        time=1_700_000_000_500_000,
        address="203.0.113.7",
        headers=(("User-Agent", "x"), ("Accept", "y")),
        device_fields={"UserAgent": "x"},
        header_order_known=True,
    )
    attempt = RecordedAttempt("a1", "main", "alice", raw, password_ok=True, is_breached=True)
    assert parse_line(1, text) == AttemptLine(1, attempt, Truth(challenge_passed=False, label="stuffing"))


def test_a_verdict():
    text = json.dumps({"time": 1700000000, "feedback": {"id": "a1", "value": "Invalid"}}).encode()
    assert parse_line(3, text) == VerdictLine(3, 1_700_000_000 * SECOND, "a1", "Invalid")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"nonsense", "not a JSON object"),
        (b"[1, 2]", "not a JSON object"),
        (b"\xff\xfe", "not a JSON object"),
        (b"[" * 100_000, "not a JSON object"),
        (b"{}", "time is neither"),
        (line(time="yesterday"), "time is neither"),
        (line(time=1.7e12), "time is neither"),
        (line(time=True), "time is neither"),
        (line(user=None), "user is missing"),
        (line(user=""), "user is missing"),
        (line(user=["alice"]), "user is missing"),
        (line(ip=7), "ip is missing"),
        (line().replace(b'"ip"', b'"xx"'), "ip is missing"),
        (line(password_ok="yes"), "password_ok is missing"),
        (b'{"time": 1, "feedback": {"id": "a1", "value": "Maybe"}}', "feedback needs"),
        (b'{"time": 1, "feedback": {"value": "Valid"}}', "feedback needs"),
        (b'{"time": 1, "feedback": "Valid"}', "feedback needs"),
    ],
)
def test_a_bad_line_says_why(text, reason):
    result = parse_line(5, text)
    assert isinstance(result, BadLine)
    assert result.number == 5
    assert result.reason.startswith(reason)


def test_odd_optional_members_do_not_spoil_a_line():
    odd = line(
        id=["a"],
        headers=[["a"], [1, 2], "x", ["b", "c"]],
        device="x",
        challenge_passed="no",
        label=7,
        ip=None,
    )
    result = parse_line(1, odd)
    assert isinstance(result, AttemptLine)
    assert (result.attempt.id, result.attempt.raw.headers) == (None, (("b", "c"),))
    assert (result.attempt.raw.device_fields, result.attempt.raw.address) == (None, None)
    assert result.truth == Truth(None, None)


def test_a_bad_line_stops_nothing():
    lines = list(read_lines(io.BytesIO(b"\xef\xbb\xbf" + line() + b"\n\nnonsense\r\n" + line(user="bob"))))
    assert [(type(one).__name__, one.number) for one in lines] == [
        ("AttemptLine", 1),
        ("BadLine", 3),
        ("AttemptLine", 4),
    ]


def test_an_endless_line_is_passed_over():
    text = b"x" * (3 * LONGEST_LINE) + b"\n" + line() + b"\n"
    first, second = read_lines(io.BytesIO(text))
    assert first == BadLine(1, f"longer than {LONGEST_LINE} bytes")
    assert (type(second), second.number) == (AttemptLine, 2)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_files_are_read_plain_or_packed(tmp_path, pack):
    path = tmp_path / "attempts"
    path.write_bytes(pack(line(user="a") + b"\n" + line(user="b") + b"\n"))
    assert [one.attempt.user for one in read_attempts(path)] == ["a", "b"]


def test_a_damaged_packed_file_ends_with_a_bad_line(tmp_path):
    path = tmp_path / "attempts.gz"
    path.write_bytes(gzip.compress(b"\n".join(line(user=str(at)) for at in range(50_000)))[:-5000])
    *good, last = read_attempts(path)
    assert len(good) > 1000
    assert isinstance(last, BadLine)
    assert "damaged" in last.reason


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_no_bytes_are_an_error(text):
    parse_line(1, text)
    list(read_lines(io.BytesIO(text)))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
members = (
    "time",
    "user",
    "ip",
    "password_ok",
    "id",
    "headers",
    "device",
    "challenge_passed",
    "label",
    "feedback",
)


@given(st.dictionaries(st.sampled_from(members), json_values))
def test_no_members_are_an_error(changes):
    parse_line(1, line(**changes))


@pytest.mark.parametrize(
    ("value", "micros"),
    [
        (0, 0),
        (1700000000.25, 1_700_000_000_250_000),
        ("2023-11-14T22:13:20Z", 1_700_000_000_000_000),
        ("2023-11-14T23:13:20+01:00", 1_700_000_000_000_000),
        ("2023-11-14 22:13:20.000001", 1_700_000_000_000_001),
        ("0001-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59-14:00", 253402351199000000),
        (-1, None),
        (float("nan"), None),
        (float("inf"), None),
        (10**400, None),
        ([], None),
    ],
)
def test_times(value, micros):
    assert parse_time(value) == micros


@pytest.fixture(scope="module")
def common():
    return CommonPasswords()


@pytest.mark.parametrize(
    "password", ["password", "123456", "qwerty", "Password", "PASSWORD", "\uff50assword", "trustno1"]
)
def test_common_passwords_are_found_in_every_case(common, password):
    assert common.is_compromised(Secret(password))


@pytest.mark.parametrize(
    "password", ["", "xK9#lq-Rt2vv", "correct horse battery staple", "p" * 100_000, "\ud800abc"]
)
def test_other_passwords_are_not(common, password):
    assert not common.is_compromised(Secret(password))


def test_the_set_says_what_it_is(common):
    assert len(common) > 50_000
    assert "MIT" in common.source
    assert common.date.startswith("20")


@given(st.text(min_size=14, max_size=40))
def test_no_password_is_an_error(common, password):
    common.is_compromised(Secret(password))


@pytest.mark.parametrize(
    "content", [b"", b"nonsense", b'{"count": 3, "date": "x", "source": "y"}\n' + bytes(16)]
)
def test_another_file_is_refused(tmp_path, content):
    path = tmp_path / "passwords.bin"
    path.write_bytes(content)
    with pytest.raises(ValueError):
        CommonPasswords(path)
