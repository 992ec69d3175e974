"""Header facts and the whole attempt that comes of a raw context."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine.base.clock import SECOND
from riskengine.context.agent import parse_agent
from riskengine.context.attempt import AttemptBuilder, Observed, RawContext, Subject
from riskengine.context.digest import keyed_digest
from riskengine.context.geo import Geo
from riskengine.context.headers import (
    hints_contradict,
    is_bare,
    parse_languages,
    platforms_differ,
    read_headers,
)
from riskengine.context.networks import Networks
from riskengine.risk.attempt import DEVICE_FAULTS, MISMATCHES, NETWORK_KINDS, Agent, Attempt, Device, Network

NOW = 1_700_000_000 * SECOND
KEY = b"k" * 32
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/126.0.0.0 Safari/537.36"
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"
WEBVIEW = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/AP2A; wv) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Version/4.0 Chrome/126.0.0.0 Mobile Safari/537.36"
)
FACEBOOK = WEBVIEW + " [FB_IAB/FB4A;FBAV/470.0.0.1.1;]"
BROWSER = (
    ("Host", "auth.example.com"),
    ("Content-Length", "512"),
    ("sec-ch-ua", '"Not/A)Brand";v="8", "Chromium";v="126", "Google Chrome";v="126"'),
    ("sec-ch-ua-mobile", "?0"),
    ("User-Agent", CHROME),
    ("sec-ch-ua-platform", '"Windows"'),
    ("Accept", "*/*"),
    ("Accept-Encoding", "gzip, deflate, br"),
    ("Accept-Language", "nb-NO,nb;q=0.9,en;q=0.8"),
    ("X-Forwarded-For", "203.0.113.7"),
)
FIELDS = {
    "UserAgent": CHROME,
    "DeviceId": "ft7ybs4ul023p02swu0f:1601851221518",
    "DeviceLanguage": "nb-NO",
    "DeviceFingerprint": CHROME + "PDF Viewer:nb-NO",
    "DevicePlatform": "Win32",
    "ClientTimezone": "01:00",
}
RAW = RawContext(NOW, "84.208.20.1", BROWSER, None, FIELDS, header_order_known=True)
ALICE = Subject("alice", KEY, "eu-west-1_Example01", "client123", ("alice",))


@pytest.fixture(scope="module")
def builder():
    return AttemptBuilder(Geo(), Networks())


def without(*names):
    return tuple(pair for pair in BROWSER if pair[0].lower() not in names)


def instead(**values):
    names = {name.replace("_", "-"): value for name, value in values.items()}
    return tuple((name, names.get(name.lower(), value)) for name, value in BROWSER)


def test_a_browser_at_home_is_seen_whole(builder):
    observed = builder.build(RAW, ALICE)
    place = builder.geo.find(observed.canonical)
    assert observed == Observed(
        attempt=Attempt(
            time=1_700_000_000.0,
            user="alice",
            network=Network(
                ip=keyed_digest(KEY, "ip", "84.208.20.1"),
                prefix=keyed_digest(KEY, "prefix", "84.208.20.0/24"),
                asn=25400,
                organisation=place.organisation,
                country="NO",
                city=place.city,
                latitude=place.latitude,
                longitude=place.longitude,
                accuracy_km=place.accuracy_km,
                kinds=frozenset(),
            ),
            agent=Agent(keyed_digest(KEY, "agent", CHROME), "Chrome", 126, "Windows", "10", "desktop"),
            device=Device(
                collector="JS20171115",
                id=keyed_digest(KEY, "device", FIELDS["DeviceId"]),
                born=1601851221.518,
                fingerprint=keyed_digest(KEY, "fingerprint", FIELDS["DeviceFingerprint"]),
                platform="Win32",
                language="nb-no",
                timezone_minutes=60,
            ),
            language="nb-no",
            header_order=keyed_digest(
                KEY,
                "header order",
                "sec-ch-ua,sec-ch-ua-mobile,user-agent,sec-ch-ua-platform,accept,accept-encoding,accept-language",
            ),
        ),
        address="84.208.20.1",
        device_name="Chrome 126, Windows 10",
        city=place.city,
        country="Norway",
        timezone="+01:00",
        has_context=True,
        canonical=observed.canonical,
    )


def test_nothing_known_is_nothing_said(builder):
    observed = builder.build(RawContext(NOW), ALICE)
    assert observed.attempt == Attempt(time=1_700_000_000.0, user="alice")
    assert (observed.address, observed.device_name, observed.has_context) == (None, "Other, Other", False)
    assert (observed.city, observed.country, observed.timezone) == (None, None, None)


@pytest.mark.parametrize("address", ["10.1.2.3", "127.0.0.1", "::1", "fe80::1%eth0", "::ffff:192.168.0.1"])
def test_an_inner_address_is_shown_but_not_scored(builder, address):
    observed = builder.build(replace(RAW, address=address), ALICE)
    assert observed.attempt.network == Network()
    assert observed.address is not None
    assert "timezone_country" not in observed.attempt.mismatches


def test_spellings_of_one_address_are_one_address(builder):
    plain = builder.build(replace(RAW, address="84.208.20.1"), ALICE)
    assert builder.build(replace(RAW, address="[::ffff:84.208.20.1]:443"), ALICE) == plain
    assert builder.build(replace(RAW, address="084.208.020.001"), ALICE) == plain


def test_digests_of_two_pools_have_nothing_in_common(builder):
    one = builder.build(RAW, ALICE).attempt
    other = builder.build(RAW, replace(ALICE, pool_key=b"another")).attempt
    assert one.network.ip != other.network.ip
    assert one.network.prefix != other.network.prefix
    assert one.agent.exact != other.agent.exact
    assert one.header_order != other.header_order


def test_neighbours_share_their_prefix_only(builder):
    one = builder.build(replace(RAW, address="2a00:1450:4001:81b::1"), ALICE).attempt.network
    other = builder.build(replace(RAW, address="2a00:1450:4001:81b:ffff::1"), ALICE).attempt.network
    assert one.ip != other.ip
    assert one.prefix == other.prefix


def test_header_order_counts_only_when_it_is_the_wires_own(builder):
    assert builder.build(replace(RAW, header_order_known=False), ALICE).attempt.header_order is None


def test_volatile_headers_do_not_change_the_order(builder):
    noisy = (
        ("Cookie", "a=b"),
        *BROWSER,
        ("X-Amz-Date", "now"),
        ("traceparent", "00"),
        ("Cache-Control", "no-cache"),
    )
    plain = builder.build(RAW, ALICE).attempt.header_order
    assert builder.build(replace(RAW, headers=noisy), ALICE).attempt.header_order == plain
    shuffled = builder.build(replace(RAW, headers=BROWSER[::-1]), ALICE).attempt.header_order
    assert shuffled not in (plain, None)


def test_a_servers_library_is_not_the_users_device(builder):
    headers = (("User-Agent", "python-requests/2.32.3"),)
    alone = builder.build(RawContext(NOW, "84.208.20.1", headers), ALICE)
    assert alone.attempt.agent == Agent(kind="library")
    assert alone.device_name == "Other, Other"
    told = builder.build(RawContext(NOW, "84.208.20.1", headers, device_fields=FIELDS), ALICE)
    assert told.attempt.agent == builder.build(RAW, ALICE).attempt.agent
    assert told.attempt.mismatches == ()
    assert told.device_name == "Chrome 126, Windows 10"


@pytest.mark.parametrize(
    "agent",
    [
        "Boto3/1.44.5 md/Botocore#1.44.5 ua/2.0 os/linux#6.1",
        "aws-sdk-js/3.1 ua/2.1 os/linux#6.1",
        "aws-cli/2.15.0 Python/3.11.6 Linux/5 exe/x86_64",
        "amplify-swift/2.33.0 api/cognito",
        "MyServer/1.0 aws-sdk-go-v2/1.30",
    ],
)
def test_a_client_made_for_this_api_is_unknown_rather_than_automated(builder, agent):
    alone = builder.build(RawContext(NOW, "84.208.20.1", (("User-Agent", agent),)), ALICE)
    assert alone.attempt.agent == Agent()
    told = builder.build(
        RawContext(NOW, "84.208.20.1", (("User-Agent", agent),), device_fields=FIELDS), ALICE
    )
    assert told.attempt.agent == builder.build(RAW, ALICE).attempt.agent
    assert told.attempt.mismatches == ()


def test_without_headers_the_collector_tells_the_agent(builder):
    observed = builder.build(RawContext(NOW, device_fields=FIELDS), ALICE)
    assert observed.attempt.agent.browser == "Chrome"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (RAW, ()),
        (
            replace(RAW, headers=instead(sec_ch_ua='"Chromium";v="120", "Google Chrome";v="120"')),
            ("agent_hints",),
        ),
        (replace(RAW, headers=instead(sec_ch_ua_platform='"Linux"')), ("agent_hints",)),
        (replace(RAW, headers=instead(sec_ch_ua_mobile="?1")), ("agent_hints",)),
        (replace(RAW, headers=instead(user_agent=FIREFOX)), ("agent_hints", "agent_collector", "platform")),
        (
            replace(RAW, device_fields=FIELDS | {"UserAgent": CHROME.replace("126", "125")}),
            ("agent_collector",),
        ),
        (replace(RAW, device_fields=FIELDS | {"DevicePlatform": "MacIntel"}), ("platform",)),
        (replace(RAW, device_fields=FIELDS | {"DevicePlatform": "PlayStation"}), ()),
        (replace(RAW, device_fields=FIELDS | {"DeviceLanguage": "ru-RU"}), ("language",)),
        (replace(RAW, device_fields=FIELDS | {"DeviceLanguage": "en-US"}), ()),
        (replace(RAW, device_fields=FIELDS | {"ClientTimezone": "08:00"}), ("timezone_country",)),
        (replace(RAW, device_fields=FIELDS | {"ClientTimezone": "02:00"}), ()),
        (replace(RAW, headers=without("accept-language")), ("bare_headers",)),
        (replace(RAW, headers=without("accept-language"), header_order_known=False), ()),
    ],
)
def test_contradictions_are_named(builder, raw, expected):
    mismatches = builder.build(raw, ALICE).attempt.mismatches
    assert mismatches == expected
    assert set(mismatches) <= set(MISMATCHES)


def test_hostile_lists_are_cut():
    many = read_headers([(f"X-{at}", "1") for at in range(100_000)])
    assert (many.count, len(many.order.split(","))) == (64, 64)
    large = read_headers([("x" * 1_000_000, "y"), ("User-Agent", "z" * 1_000_000)])
    assert len(large.order) < 200
    assert len(large.agent) == 1024


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("nb-NO,nb;q=0.9,en;q=0.8", ("nb-no", "nb", "en")),
        ("EN", ("en",)),
        ("*", ()),
        ("", ()),
        ("en;q=nonsense, , <script>,zh-Hant-TW", ("en", "zh-hant-tw")),
        (",".join(["de"] * 100_000), ("de",) * 10),
    ],
)
def test_languages(text, languages):
    assert parse_languages(text) == languages


@pytest.mark.parametrize(
    ("first", "second", "differ"),
    [
        ("Win32", "Windows", False),
        ("MacIntel", "Mac OS X", False),
        ("MacIntel", "iOS", False),  # an iPad asks for desktop pages
        ("iPhone", "iOS", False),
        ("Linux armv81", "Android", False),
        ("Linux x86_64", "Chrome OS", False),
        ("ANDROID", "Android", False),
        ("Win32", "Android", True),
        ("iPhone", "Windows", True),
        ("Linux x86_64", "Mac OS X", True),
        ("Amiga", "Windows", False),
        (None, "Windows", False),
    ],
)
def test_platforms(first, second, differ):
    assert platforms_differ(first, second) is differ


def test_a_browser_without_hints_contradicts_nothing():
    assert not hints_contradict(read_headers([("User-Agent", CHROME)]), parse_agent(CHROME))


def test_edge_is_judged_by_its_own_brand():
    agent = parse_agent(CHROME + " Edg/126.0.0.0")
    right = read_headers([("sec-ch-ua", '"Microsoft Edge";v="126", "Chromium";v="126"')])
    wrong = read_headers([("sec-ch-ua", '"Google Chrome";v="126", "Chromium";v="126"')])
    assert not hints_contradict(right, agent)
    assert hints_contradict(wrong, agent)


@pytest.mark.parametrize(
    ("agent", "brands", "contradict"),
    [
        (CHROME, '"Brave";v="126", "Chromium";v="126", "Not/A)Brand";v="8"', False),
        (CHROME, '"Brave";v="127", "Chromium";v="127"', True),
        (CHROME, '"HeadlessChrome";v="126", "Chromium";v="126"', True),
        (CHROME, '"Microsoft Edge";v="126", "Chromium";v="126"', True),
        (CHROME, '"Not/A)Brand";v="8"', True),
        (WEBVIEW, '"Android WebView";v="126", "Chromium";v="126"', False),
        (FACEBOOK, '"Android WebView";v="126", "Chromium";v="126"', False),
        (FIREFOX, '"Chromium";v="126"', True),
    ],
)
def test_offshoots_of_chromium_name_their_own_brand(agent, brands, contradict):
    headers = read_headers([("sec-ch-ua", brands)])
    assert hints_contradict(headers, parse_agent(agent)) is contradict


def test_a_script_is_not_bare_for_it_claims_nothing():
    headers = read_headers([("User-Agent", "curl/8.5.0"), ("Accept", "*/*"), ("Accept-Encoding", "gzip")])
    assert not is_bare(headers, parse_agent("curl/8.5.0"))


texts = st.text(max_size=40) | st.sampled_from(
    (
        "User-Agent",
        "sec-ch-ua",
        "sec-ch-ua-platform",
        "Accept-Language",
        CHROME,
        '"A";v="1"',
        "203.0.113.7",
        "::1",
    )
)
raws = st.builds(
    RawContext,
    time=st.integers(min_value=0, max_value=4_000_000_000 * SECOND),
    address=st.none() | texts | st.ip_addresses().map(str),
    headers=st.lists(st.tuples(texts, texts), max_size=12).map(tuple),
    encoded_data=st.none() | texts,
    device_fields=st.none() | st.dictionaries(st.sampled_from(sorted(FIELDS)) | texts, texts, max_size=8),
    header_order_known=st.booleans(),
)


@given(raws)
def test_no_context_is_an_error(builder, raw):
    observed = builder.build(raw, ALICE)
    attempt = observed.attempt
    assert set(attempt.mismatches) <= set(MISMATCHES)
    assert set(attempt.device.faults) <= set(DEVICE_FAULTS)
    assert attempt.network.kinds <= set(NETWORK_KINDS)
    assert builder.build(raw, ALICE) == observed
    json.dumps(observed.device_name).encode()
