"""Sealing: what was sealed opens for its purpose and context only, and whole."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine.credentials.seal import LONGEST_TEXT, OVERHEAD, Sealer, SealError

KEYS = tuple(bytes([number]) * 32 for number in range(4))
sealer = Sealer(KEYS[0])
purposes = st.sampled_from(["session", "verifier", "totp"])


@given(purposes, st.binary(), st.binary(max_size=40))
def test_what_is_sealed_opens(purpose, data, context):
    assert sealer.open(purpose, sealer.seal(purpose, data, context), context) == data
    assert Sealer(KEYS[0]).open_text(purpose, sealer.seal_text(purpose, data, context), context) == data


@given(st.binary(), st.integers(0), st.integers(1, 255))
def test_any_changed_byte_is_noticed(data, place, change):
    sealed = bytearray(sealer.seal("session", data))
    sealed[place % len(sealed)] ^= change
    with pytest.raises(SealError):
        sealer.open("session", bytes(sealed))


@given(st.binary(), st.integers(1))
def test_any_missing_end_is_noticed(data, cut):
    sealed = sealer.seal("session", data)
    with pytest.raises(SealError):
        sealer.open("session", sealed[: -1 - cut % len(sealed)])


@given(st.binary(max_size=80))
def test_what_was_not_sealed_does_not_open(data):
    with pytest.raises(SealError):
        sealer.open("session", data)


@pytest.mark.parametrize(("purpose", "context"), [("verifier", b"a"), ("session", b"b"), ("session", b"")])
def test_another_purpose_or_context_does_not_open(purpose, context):
    sealed = sealer.seal("session", b"data", b"a")
    with pytest.raises(SealError):
        sealer.open(purpose, sealed, context)


def test_another_master_key_does_not_open():
    with pytest.raises(SealError):
        Sealer(KEYS[1]).open("session", sealer.seal("session", b"data"))


def test_equal_data_never_looks_equal():
    assert len({sealer.seal("session", b"data") for _ in range(100)}) == 100


def test_a_rotated_key_still_opens_and_the_new_one_seals():
    old, both, new = Sealer(KEYS[0]), Sealer(KEYS[1], KEYS[0]), Sealer(KEYS[1])
    assert both.open("session", old.seal("session", b"data")) == b"data"
    assert new.open("session", both.seal("session", b"data")) == b"data"


def test_keys_that_share_an_id_byte_both_open():
    """Among 300 keys two share the byte; both must open what they sealed."""
    first: dict[int, bytes] = {}
    for number in range(300):
        key = number.to_bytes(32, "big")
        id_byte = Sealer(key).seal("session", b"")[0]
        if id_byte in first:
            break
        first[id_byte] = key
    pair = (first[id_byte], key)
    both = Sealer(*pair)
    assert [both.open("session", Sealer(each).seal("session", b"data")) for each in pair] == [
        b"data",
        b"data",
    ]


@given(st.binary(max_size=3000))
def test_sealed_text_is_a_lawful_session(data):
    text = sealer.seal_text("session", data)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", text)
    assert 20 <= len(text) <= LONGEST_TEXT


def test_the_longest_session_is_just_as_long_as_the_api_allows():
    longest = LONGEST_TEXT * 3 // 4 - OVERHEAD
    assert len(sealer.seal_text("session", bytes(longest))) == LONGEST_TEXT
    with pytest.raises(SealError):
        sealer.seal_text("session", bytes(longest + 1))


@given(st.text())
def test_any_other_text_is_refused(text):
    with pytest.raises(SealError):
        sealer.open_text("session", text)


@pytest.mark.parametrize("change", ["{}=", "{}==", " {}", "{}\n", "{}!", "A" * (LONGEST_TEXT + 1)])
def test_a_sealed_text_has_one_spelling(change):
    text = sealer.seal_text("session", b"data")
    with pytest.raises(SealError):
        sealer.open_text("session", change.format(text))


def test_unused_bits_of_the_last_character_are_no_second_spelling():
    text = sealer.seal_text("session", b"")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    accepted = 0
    for last in alphabet:
        try:
            accepted += sealer.open_text("session", text[:-1] + last) == b""
        except SealError:
            continue
    assert accepted == 1


def test_digests_depend_on_key_purpose_and_data():
    variants = {
        sealer.digest("token", b"data"),
        sealer.digest("code", b"data"),
        sealer.digest("token", b"other"),
        Sealer(KEYS[1]).digest("token", b"data"),
    }
    assert len(variants) == 4
    assert all(len(each) == 32 for each in variants)


def test_digests_of_all_keys_come_newest_first():
    assert Sealer(KEYS[1], KEYS[0]).digests("token", b"data") == (
        Sealer(KEYS[1]).digest("token", b"data"),
        Sealer(KEYS[0]).digest("token", b"data"),
    )


def test_sealed_data_and_digests_survive_a_release():
    """Written by the first release; databases hold such values."""
    assert (
        sealer.open(
            "verifier",
            bytes.fromhex("b3de2fcb0adaf375c5fe2602ee130d3927c047fabed3c0559d0ec98097e86ce6c3"),
            b"alice",
        )
        == b"data"
    )
    assert (
        sealer.digest("token", b"data").hex()
        == "a9365fc72f273223e3c18268c0a803ab3fe27737fb1a113d235a2ad2ac7c3bfb"
    )


@pytest.mark.parametrize("keys", [(), (b"short",), (KEYS[0], b"x" * 33)])
def test_a_sealer_needs_keys_of_32_bytes(keys):
    with pytest.raises(ValueError, match="master key"):
        Sealer(*keys)


def test_one_sealer_serves_many_threads():
    def turn(number: int) -> bool:
        data = number.to_bytes(4, "big") * 100
        return sealer.open("session", sealer.seal("session", data)) == data

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(turn, range(2000)))
