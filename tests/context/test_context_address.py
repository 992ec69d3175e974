"""Addresses, ranges and the walk through proxies."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine.context.address import parse_address
from riskengine.context.client_ip import FORWARDING_HEADERS, client_address
from riskengine.context.ranges import NO_RANGES, RangeError, Ranges, is_public

BLOCKED = Ranges.of(("203.0.113.0/24", "2001:db8:bad::/48"))


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:443", "203.0.113.7"),
        ("203.000.113.007", "203.0.113.7"),
        (" 203.0.113.7 ", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("::FFFF:cb00:7107", "203.0.113.7"),
        ("0:0:0:0:0:ffff:203.0.113.7", "203.0.113.7"),
        ("::ffff:203.000.113.007", "203.0.113.7"),
        ("[::ffff:203.0.113.7]:443", "203.0.113.7"),
        ("[::ffff:203.0.113.7%eth0]:443", "203.0.113.7"),
        ('"[2001:DB8:BAD::0001]:4711"', "2001:db8:bad::1"),
        ("2001:0db8:0bad:0000:0000:0000:0000:0001", "2001:db8:bad::1"),
        ("2001:db8:bad::1%25eth0", "2001:db8:bad::1"),
    ],
)
def test_every_spelling_of_an_address_meets_the_block_list(written, canonical):
    address = parse_address(written)
    assert address is not None
    assert address.text == canonical
    assert BLOCKED.contains(address)


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        "unknown",
        "_hidden",
        "203.0.113",
        "203.0.113.256",
        "203.0.113.7.8",
        "203.0.113.7:99999",
        "203.0.113.7:port",
        "0xcb007107",
        "3405803783",
        "[2001:db8::1",
        "2001:db8::1::2",
        "[2001:db8::1]x",
        "\uff12\uff10\uff13.0.113.7",
        "203.0.113.7\x00",
        "1" * 10_000,
    ],
)
def test_what_is_no_address_is_unknown(written):
    assert parse_address(written) is None


@given(st.text(max_size=60))
def test_no_text_is_an_error(text):
    parse_address(text)
    client_address(text, [("X-Forwarded-For", text), ("forwarded", text), (text, text)], BLOCKED)


@given(st.ip_addresses())
def test_parsing_agrees_with_the_standard_library(expected):
    mapped = expected.ipv4_mapped if expected.version == 6 else None
    address = parse_address(str(expected))
    assert address is not None
    assert ipaddress.ip_address(address.text) == (mapped or expected)
    assert ipaddress.ip_address(address.number if address.is_v4 else address.text) == (mapped or expected)


def test_prefixes_are_24_and_64_bits():
    assert parse_address("203.0.113.77").prefix == "203.0.113.0/24"
    assert parse_address("2001:db8:1:2:3:4:5:6").prefix == "2001:db8:1:2::/64"


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("81.2.69.142", True),
        ("2a00:1450::1", True),
        ("203.0.113.7", True),  # documentation addresses are scored: trial runs use them
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("127.0.0.1", False),
        ("169.254.1.1", False),
        ("172.31.255.255", False),
        ("192.168.1.1", False),
        ("::ffff:192.168.1.1", False),
        ("239.1.1.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("2002:cb00:7107::1", False),
        ("nonsense", False),
    ],
)
def test_only_public_addresses_tell_a_place(text, is_one):
    assert is_public(parse_address(text)) is is_one


@pytest.mark.parametrize(
    "entry",
    [
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/+8",
        "10.0.0.0/8/8",
        "10.0.0/8",
        "010.0.0.0/8",
        "10.0.0.0/",
        "/8",
        "10.0.0.0",
        "fe80::%eth0/64",
        "2001:db8::/129",
        "::ffff:0:0/90",
        " 10.0.0.0/8",
        "office",
        "",
    ],
)
def test_a_malformed_range_is_named(entry):
    with pytest.raises(RangeError) as caught:
        Ranges.of(("192.0.2.0/24", entry))
    assert (caught.value.entry, caught.value.position) == (entry, 1)


def test_a_bare_address_counts_where_it_may():
    lists = Ranges.of(("192.0.2.7", "2001:db8::7"), single=True)
    assert lists.contains(parse_address("192.0.2.7"))
    assert lists.contains(parse_address("2001:db8::7"))
    assert not lists.contains(parse_address("192.0.2.8"))


def test_a_mapped_range_means_the_ipv4_range():
    assert Ranges.of(("::ffff:192.0.2.0/120",)).contains(parse_address("192.0.2.200"))
    assert not Ranges.of(("::/0",)).contains(parse_address("192.0.2.200"))


networks = st.one_of(
    st.builds(
        lambda a, n: ipaddress.ip_network((int(a), n), strict=False),
        st.ip_addresses(v=4),
        st.integers(min_value=0, max_value=32),
    ),
    st.builds(
        lambda a, n: ipaddress.ip_network((a.packed, n), strict=False),
        st.ip_addresses(v=6, network="2000::/3"),
        st.integers(min_value=3, max_value=128),
    ),
)


@given(st.lists(networks, max_size=20), st.lists(st.ip_addresses(), max_size=10), st.data())
def test_contains_is_what_the_definition_says(listed, addresses, data):
    ranges = Ranges.of(str(network) for network in listed)
    edges = [end for network in listed for end in (network.network_address, network.broadcast_address)]
    for standard in (*addresses, *edges):
        address = parse_address(str(standard))
        plain = ipaddress.ip_address(address.text)
        assert ranges.contains(address) is any(plain in network for network in listed)


PROXIES = Ranges.of(("10.0.0.0/8", "2001:db8:ffff::/48"))


@pytest.mark.parametrize(
    ("peer", "headers", "expected"),
    [
        # A stranger's word is worth nothing.
        ("198.51.100.9", [("X-Forwarded-For", "203.0.113.7")], "198.51.100.9"),
        ("10.0.0.1", [("X-Forwarded-For", "203.0.113.7")], "203.0.113.7"),
        # What the client wrote itself stands further left than what our proxy added.
        ("10.0.0.1", [("X-Forwarded-For", "1.1.1.1, 203.0.113.7")], "203.0.113.7"),
        (
            "10.0.0.1",
            [("X-Forwarded-For", "1.1.1.1"), ("x-forwarded-for", "203.0.113.7, 10.0.0.2")],
            "203.0.113.7",
        ),
        ("::ffff:10.0.0.1", [("X-Forwarded-For", "[2001:db8::1]:99")], "2001:db8::1"),
        ("10.0.0.1", [("X-Forwarded-For", "unknown")], None),
        ("10.0.0.1", [("X-Forwarded-For", "203.0.113.7, garbage, 10.0.0.3")], None),
        ("10.0.0.1", [("X-Forwarded-For", "10.0.0.5, 10.0.0.3")], "10.0.0.5"),
        ("10.0.0.1", [], "10.0.0.1"),
        (None, [("X-Forwarded-For", "203.0.113.7")], None),
    ],
)
def test_the_client_is_the_first_hop_that_nobody_trusts(peer, headers, expected):
    address = client_address(peer, headers, PROXIES)
    assert (address.text if address else None) == expected


def test_only_the_header_that_the_proxy_writes_is_believed():
    chain = 'for=1.1.1.1, For="[2001:db8::1]:99";proto=https'
    headers = [("X-Forwarded-For", "1.1.1.1"), ("X-Real-IP", "203.0.113.7"), ("Forwarded", chain)]
    found = [client_address("10.0.0.1", headers, PROXIES, name) for name in FORWARDING_HEADERS]
    assert [address.text for address in found] == ["1.1.1.1", "2001:db8::1", "203.0.113.7"]


def test_without_trusted_proxies_the_socket_alone_counts():
    assert client_address("10.0.0.1", [("X-Forwarded-For", "1.1.1.1")], NO_RANGES).text == "10.0.0.1"


def test_an_endless_chain_is_cut_at_the_far_end():
    hops = ", ".join(["1.1.1.1"] * 100_000 + ["203.0.113.7"])
    assert client_address("10.0.0.1", [("X-Forwarded-For", hops)], PROXIES).text == "203.0.113.7"
