"""EncodedData in its four dialects, its faults, and everything else that may come instead."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine.base.clock import DAY, SECOND
from riskengine.context.fingerprint import (
    LARGEST,
    NO_FINGERPRINT,
    UNREADABLE,
    Expected,
    read_fields,
    read_fingerprint,
    sign,
)
from riskengine.context.timezones import format_offset, is_offset_of, parse_offset

NOW = 1_700_000_000 * SECOND
KEY = b"k" * 32
EXPECTED = Expected("client123", "us-east-1_TestPool1", ("alice", "b1c2"), NOW, KEY)
AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/100.0.4896.88 Safari/537.36"
)
JS = {
    "UserAgent": AGENT,
    "DeviceId": "ft7ybs4ul023p02swu0f:1601851221518",
    "DeviceLanguage": "en-GB",
    "DeviceFingerprint": AGENT + "PDF Viewer:Chrome PDF Viewer:WebKit built-in PDF:en-GB",
    "DevicePlatform": "Win32",
    "ClientTimezone": "01:00",
}
ANDROID = {
    "ApplicationName": "shop",
    "ApplicationTargetSdk": "34",
    "ApplicationVersion": "1.0",
    "BuildType": "user",
    "ClientTimezone": "-07:00",
    "DeviceBrand": "google",
    "DeviceFingerprint": "google/oriole/oriole:14/UQ1A.240105.004/11206848:user/release-keys",
    "DeviceHardware": "oriole",
    "DeviceId": "5d2d0a64-9fe5-4cf0-9b43-1b2e2d2f0f11:1690000000000",
    "DeviceLanguage": "en_GB",
    "DeviceName": "oriole",
    "DeviceOsReleaseVersion": "14",
    "Platform": "ANDROID",
    "ScreenHeightPixels": "2400",
    "ScreenWidthPixels": "1080",
    "ThirdPartyDeviceId": "android_id",
}
IOS = {
    "ApplicationName": "Shop",
    "ClientTimezone": "+05:30",
    "DeviceFingerprint": "Apple/iPhone/iPhone14,2/-:17.5/-/-:-/release",
    "DeviceId": "A0E6DAA2-5F0F-4D0C-8F0C-3F7C7A1C2B3D:1690000000000",
    "DeviceLanguage": "nb-NO",
    "DeviceOsReleaseVersion": "17.5",
    "PhoneType": "iPhone14,2",
    "Platform": "iOS",
    "ScreenHeightPixels": "2532",
    "ScreenWidthPixels": "1170",
}
FLUTTER = {
    "ApplicationName": "wallet",
    "ClientTimezone": "-03:00",
    "DeviceId": "5d2d0a64-9fe5-4cf0-9b43-1b2e2d2f0f11:2023-07-22T04:26:40.000Z",
    "DeviceLanguage": "es-ES",
    "DeviceName": "Windows",
    "DeviceOsReleaseVersion": "Chrome/139.0.0.0",
    "ScreenHeightPixels": "1440",
    "ScreenWidthPixels": "2560",
}


def payload(context=JS, username="alice", pool="us-east-1_TestPool1", timestamp=str(NOW // 1000)):
    return json.dumps(
        {"contextData": context, "username": username, "userPoolId": pool, "timestamp": timestamp}
    )


def encode(text, version="JS20171115", client="client123", **members):
    signature = sign(client, version, text).decode()
    envelope = {"payload": text, "signature": signature, "version": version} | members
    return base64.b64encode(json.dumps(envelope).encode()).decode()


def read(encoded):
    return read_fingerprint(encoded, EXPECTED)


def test_the_known_signature_vector_holds():
    text = (
        '{"contextData":{"UserAgent":"x"},"username":"alice","userPoolId":"us-east-1_TestPool1",'
        '"timestamp":"1700000000000"}'
    )
    assert sign("client123", "JS20171115", text) == b"0vBk6FCOWgxeNEa342hSKFuaZ6WYMEipyM1NtdvcnsI="
    assert read(encode(text)).device.faults == ()
    assert read(encode(text)).agent == "x"


@pytest.mark.parametrize(
    ("context", "version", "expected"),
    [
        (JS, "JS20171115", (1601851221.518, "Win32", "en-gb", 60, None)),
        (ANDROID, "ANDROID20171114", (1690000000.0, "ANDROID", "en-gb", -420, "1080x2400")),
        (IOS, "IOS20171114", (1690000000.0, "iOS", "nb-no", 330, "1170x2532")),
        (FLUTTER, "FLUTTER20230306", (1690000000.0, "Windows", "es-es", -180, "2560x1440")),
    ],
)
def test_every_dialect_is_read(context, version, expected):
    device = read(encode(payload(context), version)).device
    assert (device.born, device.platform, device.language, device.timezone_minutes, device.screen) == expected
    assert (device.collector, device.faults) == (version, ())
    assert len(device.id) == 16
    assert read_fields(context, KEY).device == device


def test_only_a_page_names_its_agent():
    assert read(encode(payload(JS))).agent == AGENT
    assert read(encode(payload(ANDROID), "ANDROID20171114")).agent is None


def test_digests_are_steady_and_keyed():
    device = read(encode(payload())).device
    again = read(encode(payload(timestamp=str(NOW // 1000 + 5000)))).device
    other_pool = read_fields(JS, b"another key").device
    assert (again.id, again.fingerprint) == (device.id, device.fingerprint)
    assert {other_pool.id, other_pool.fingerprint}.isdisjoint({device.id, device.fingerprint})


def wrapped(encoded):
    return "\n".join(encoded[at : at + 76] for at in range(0, len(encoded), 76)) + "\n"


@pytest.mark.parametrize(
    "change",
    [
        wrapped,
        lambda encoded: wrapped(encoded).replace("\n", "\r\n"),
        lambda encoded: encoded.rstrip("="),
        lambda encoded: encoded.replace("+", "-").replace("/", "_"),
    ],
)
def test_base64_is_read_in_every_form_that_clients_write(change):
    assert read(change(encode(payload()))) == read(encode(payload()))


def test_a_signature_with_line_breaks_counts():
    text = payload(ANDROID)
    signature = sign("client123", "ANDROID20171114", text).decode() + "\n"
    assert read(encode(text, "ANDROID20171114", signature=signature)).device.faults == ()


@pytest.mark.parametrize(
    ("encoded", "faults"),
    [
        (encode(payload(), client="another"), ("signature",)),
        (encode(payload(), signature=""), ("signature",)),
        (encode(payload(), signature="\u00e9"), ("signature",)),
        (encode(payload(username="mallory")), ("username",)),
        (encode(payload(username="ALICE")), ()),
        (encode(payload(username="b1c2")), ()),
        (encode(payload(username="unknown")), ()),
        (encode(payload(pool="eu-west-1_Other")), ("pool",)),
        (encode(payload(timestamp="soon")), ("timestamp",)),
        (encode(payload(timestamp=None)), ("timestamp",)),
        (encode(payload(timestamp=NOW // 1000)), ()),
        (encode(payload(timestamp=str((NOW - 2 * DAY) // 1000))), ("timestamp",)),
        (encode(payload(timestamp=str((NOW + 2 * DAY) // 1000))), ("timestamp",)),
        # Amplify for Android takes the time once per process.
        (encode(payload(ANDROID, timestamp=str((NOW - 20 * DAY) // 1000)), "ANDROID20171114"), ()),
    ],
)
def test_faults(encoded, faults):
    assert read(encoded).device.faults == faults


def test_an_unknown_version_is_read_by_its_fields():
    device = read(encode(payload(ANDROID), "ANDROID20990101")).device
    assert (device.collector, device.platform) == ("ANDROID20171114", "ANDROID")


@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_sent_is_nothing_said(nothing):
    assert read(nothing) == NO_FINGERPRINT


def b64(text):
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "garbage",
    [
        "!",
        "A",
        "\u00e9\ud800",
        b64("[]"),
        b64("{}"),
        b64('{"payload": 7}'),
        b64('{"payload": "{}"}'),
        b64('{"payload": {"contextData": []}}'),
        b64('{"payload": "{\\"contextData\\": \\"x\\"}"}'),
        b64("[" * 12_000),
        b64('{"payload":' * 1000),
        encode('{"contextData": {"x": ' + "[" * 100 + "]" * 100 + "}}"),
        encode(payload(dict.fromkeys(map(str, range(100)), "x"))),
        # Brackets that are escaped, so that no count of the envelope's text sees them.
        b64('{"payload": "\\u007b\\"contextData\\":' + "\\u005b" * 1300 + "]" * 1300 + '}"}'),
        base64.b64encode(b"\xff\xfe{").decode(),
        encode(payload({"UserAgent": "x" * LARGEST})),
        "A" * 10_000_000,
    ],
)
def test_garbage_is_unreadable(garbage):
    assert read(garbage) == UNREADABLE


@given(st.text(max_size=300))
def test_no_text_is_an_error(text):
    read(text)
    read(b64(text.encode("utf-8", "replace").decode()))


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)
names = st.sampled_from(sorted({*JS, *ANDROID, *IOS}))


@given(st.dictionaries(names, json_values), json_values, json_values)
def test_no_fields_are_an_error(fields, username, timestamp):
    device = read(encode(payload(fields, username, timestamp=timestamp))).device
    assert "unreadable" not in device.faults
    read_fields(fields, KEY)


@given(json_values)
def test_no_payload_is_an_error(value):
    read(encode(json.dumps({"contextData": value})))
    read(encode(json.dumps(value)))
    read(b64(json.dumps(value)))


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("01:00", 60),
        ("08:00", 480),
        ("-07:00", -420),
        ("+05:30", 330),
        (".5:30", 330),
        ("-.5:30", -210),
        ("75:45", 345),
        ("8", 480),
        ("+0530", 330),
        ("UTC+2", 120),
        ("14:00", 840),
        ("15:00", None),
        ("07:75", None),
        ("", None),
        ("Europe/Oslo", None),
        (None, None),
        (60, None),
        ("\u0661:00", None),
    ],
)
def test_offsets_are_read_leniently(text, minutes):
    assert parse_offset(text) == minutes


@given(st.integers(min_value=-840, max_value=840))
def test_an_offset_survives_being_written(minutes):
    assert parse_offset(format_offset(minutes)) == minutes


def test_of_a_broken_half_hour_only_the_half_is_sure():
    iran, norway = frozenset((210,)), frozenset((60, 120))
    assert is_offset_of(330, iran)
    assert not is_offset_of(330, norway)
    assert not is_offset_of(180, iran)
