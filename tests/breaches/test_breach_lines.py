"""The text of a list, read many lines at a time: the same as line by line, and nothing else is taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine.breaches.hashes import HEX_DIGITS
from riskengine.breaches.lines import ListError, kind_of, read_lines, require_ascending

GOOD = b"0123456789ABCDEF0123456789ABCDEF01234567:1"
counts = st.integers(0, 9_999_999_999)
ends = st.sampled_from([b"\n", b"\r\n"])
letters = st.sampled_from([bytes.upper, bytes.lower])


def said(line: bytes) -> tuple[bytes, bytes, int]:
    digest, _, count = line.strip().partition(b":")
    raw = bytes.fromhex(digest.decode())
    return raw[:8], raw[8:12], int(count)


@pytest.mark.parametrize("kind", ["SHA-1", "NTLM"])
@given(data=st.data())
def test_lines_say_what_each_says_alone(kind, data):
    size = HEX_DIGITS[kind] // 2
    row = st.tuples(st.binary(min_size=size, max_size=size), counts, ends, letters)
    lines = [
        written(digest.hex().encode()) + b":%d" % count + end
        for digest, count, end, written in data.draw(st.lists(row, min_size=1, max_size=60))
    ]

    read = read_lines(b"".join(lines), kind, 1)

    assert kind_of(lines[0]) == kind
    told = zip(read.keys.tolist(), read.checks, read.counts.tolist(), strict=True)
    assert [(key.to_bytes(8, "big"), bytes(check), count) for key, check, count in told] == [
        said(line) for line in lines
    ]


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"\r",
        b":1",
        b"1:1",
        GOOD[:-2],  # no count
        GOOD[:-1],
        GOOD[:-1] + b"x",
        GOOD[:-1] + b"-1",
        GOOD[:-1] + b"12345678901",
        GOOD[:-1] + b"\xb2",
        GOOD.replace(b":", b";"),
        GOOD.replace(b"9", b"g"),
        GOOD.replace(b"9", b"\x00"),
        GOOD[:39] + b"G" + GOOD[40:],
        GOOD[:32] + b":1",  # an NTLM hash among SHA-1
        b" " + GOOD,
        GOOD + b" ",
        b"\xef\xbb\xbf" + GOOD,
        b"x" * 5000,
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_bad_line_is_named_wherever_it_stands(bad, place):
    lines = [GOOD, GOOD]
    lines.insert(place, bad)

    with pytest.raises(ListError, match=f"^line {1000 + place:,}: ") as caught:
        read_lines(b"\n".join(lines) + b"\n", "SHA-1", 1000)

    assert GOOD[:10].decode() not in str(caught.value)


@given(text=st.binary(max_size=400))
def test_noise_is_refused_or_read(text):
    """Never another error than the one that names the line."""
    try:
        read = read_lines(text + b"\n", "NTLM", 1)
    except ListError:
        return
    assert len(read) == (text + b"\n").count(b"\n")


def test_order_is_by_hash_over_the_seams_of_stretches():
    keys = read_lines(b"".join(b"%040X:1\n" % (number << 96) for number in (5, 5, 6)), "SHA-1", 1).keys
    require_ascending(keys, 5, 1)

    with pytest.raises(ListError, match="line 1: out of order"):
        require_ascending(keys, 6, 1)
    with pytest.raises(ListError, match="line 12: out of order"):
        require_ascending(keys[::-1], 0, 11)


@pytest.mark.parametrize(
    "line", [b"", b"password", b"x:1", GOOD[:39] + b":1", b"a" * 41 + b":1", b"\xff" * 50]
)
def test_the_first_line_must_be_of_a_list(line):
    with pytest.raises(ListError, match="line 1"):
        kind_of(line)
