"""The imported list as a set: nothing is missed, little else is found, and a billion fit."""

import math
import random

import pytest
from breach_lists import hashes, imported, text_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riskengine.breaches import layout
from riskengine.breaches.filter import BreachFilter

BILLION = 10**9
FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
# Prefixes of 0 to 7 bytes make crowds: all hashes of a block in one bucket, blocks a few steps wide.
crowds = st.tuples(st.binary(max_size=7), st.integers(1, 700), st.integers(0, 10**9))


def crowd(drawn: tuple) -> list[bytes]:
    prefix, many, seed = drawn
    chance = random.Random(seed)
    return [prefix + chance.randbytes(20 - len(prefix)) for _ in range(many)]


def distinct(digests: list[bytes]) -> list[bytes]:
    """Ascending, one of those that share 64 bits: the first."""
    return [
        digest
        for before, digest in zip([b"", *sorted(digests)], sorted(digests), strict=False)
        if before[:8] != digest[:8]
    ]


@FEW
@given(drawn=st.lists(crowds, min_size=1, max_size=4), exact=st.booleans(), stretch=st.integers(60, 40_000))
def test_every_hash_of_a_list_is_found(tmp_path, drawn, exact, stretch):
    """However they are spread, however the file is cut into stretches."""
    digests = sorted(digest for each in drawn for digest in crowd(each))
    found = imported(tmp_path, text_of(digests), has_checks=exact, stretch=stretch)

    assert len(found) == len(distinct(digests))
    assert all(found.has(digest) for digest in (distinct(digests) if exact else digests))


@FEW
@given(drawn=st.lists(crowds, min_size=1, max_size=3), other=st.binary(min_size=20, max_size=20))
def test_with_checks_nothing_else_is_found(tmp_path, drawn, other):
    digests = {digest for each in drawn for digest in crowd(each)}
    found = imported(tmp_path, text_of(sorted(digests)), has_checks=True)

    for digest in digests:
        # The same place in the same block, another hash.
        near = digest[:8] + bytes([digest[8] ^ 1]) + digest[9:]
        assert near in digests or not found.has(near)
    assert other in digests or not found.has(other)


@pytest.mark.parametrize("edge", [bytes(20), b"\xff" * 20, bytes(8) + b"\xff" * 12, b"\xff" * 8 + bytes(12)])
def test_a_list_of_one_and_the_ends_of_the_line(tmp_path, edge):
    found = imported(tmp_path, text_of([edge]))

    assert found.has(edge)
    assert not found.has(bytes([edge[0] ^ 0x80]) + edge[1:])
    whole = imported(tmp_path, text_of([bytes(20), b"\xff" * 20]))
    assert whole.has(bytes(20))
    assert whole.has(b"\xff" * 20)


def test_false_positives_are_one_in_512(tmp_path):
    """Less than the promised 1 in 250 by far more than chance: 0.2 %, give or take five deviations."""
    found = imported(tmp_path, text_of(hashes(50_000)))
    asked = hashes(50_000, "stranger")

    share = sum(found.has(digest) for digest in asked) / len(asked)

    expected = 1 / 512
    assert abs(share - expected) < 5 * math.sqrt(expected / len(asked))
    assert share < 1 / 250


def test_a_part_of_the_line_has_no_more_false_positives(tmp_path):
    """A list that ends early (a download that was cut, some ranges only) is as sharp where it is."""
    whole = hashes(60_000)
    part = whole[: len(whole) // 16]
    found = imported(tmp_path, text_of(part))
    asked = [digest for digest in hashes(300_000, "stranger") if digest < part[-1]]

    assert sum(found.has(digest) for digest in asked) / len(asked) < 1 / 250
    assert not any(found.has(digest) for digest in whole[len(part) :])


def test_a_billion_hashes_take_one_and_a_half_gigabytes_at_most():
    """11.25 bits a hash: a block of 256 is 352 bytes and 8 in the directory, whatever the number."""
    assert layout.BLOCK_SIZE + layout.KEY_SIZE == 360
    assert layout.size_of(BILLION) == 4096 + 3_906_250 * 360 + 8 == 1_406_254_104
    assert layout.size_of(BILLION) <= 1.5e9
    assert layout.size_of(BILLION, has_checks=True) <= 5.5e9


def test_the_arithmetic_is_what_files_have(tmp_path):
    """The size that is foretold is the size on the disk, with and without checks, full blocks or not."""
    for many in (1, 255, 256, 257, 2_000):
        for exact in (False, True):
            imported(tmp_path, text_of(hashes(many)), has_checks=exact)
            size = (tmp_path / "list.breaches").stat().st_size
            assert size == layout.size_of(many, has_checks=exact)


def test_false_positives_do_not_grow_with_the_number():
    """256 hashes on 512 x 256 places: a stranger's is taken once in 512 times, in every block."""
    places = layout.BUCKETS * layout.PLACES

    assert 1 - (1 - 1 / places) ** layout.WIDTH < layout.WIDTH / places == 1 / 512 < 1 / 250


@pytest.mark.parametrize(
    "span", [0, 1, 255, 2**17, 2**45, layout.WIDE - 1, layout.WIDE, layout.WIDE + 1, 2**63, 2**64 - 1]
)
def test_places_of_a_stretch(span):
    """They ascend with the hash and stay inside, at the seam between fine and coarse steps too."""
    offsets = sorted({0, span} | {int(span * share / 97) for share in range(97)})
    found = [layout.place_of(offset, span) for offset in offsets]

    assert found == sorted(found)
    assert 0 <= found[0] <= found[-1] < layout.BUCKETS * layout.PLACES
    # What `builder` computes with 64 bits can't overflow.
    assert (span >> (layout.COARSE if span >= layout.WIDE else 0)) < 2**46
    assert 2**46 * layout.BUCKETS * layout.PLACES < 2**64


class TestFiles:
    @pytest.fixture
    def path(self, tmp_path):
        imported(tmp_path, text_of(hashes(1000)))
        return tmp_path / "list.breaches"

    def test_the_header_tells_what_it_is(self, path):
        header = BreachFilter.open(path).header

        assert (header.kind, header.entries, header.blocks) == ("SHA-1", 1000, 4)
        assert (header.has_checks, header.least_count, header.source) == (False, 1, "list.txt")

    @pytest.mark.parametrize("keep", [0, 100, 4095, 4096, 5000, -1])
    def test_what_is_cut_short_is_no_list(self, path, keep):
        path.write_bytes(path.read_bytes()[:keep])

        with pytest.raises(layout.ListFileError):
            BreachFilter.open(path)

    @FEW
    @given(noise=st.binary(max_size=300), at=st.integers(0, 300))
    def test_noise_in_the_header_is_refused_or_harmless(self, tmp_path, noise, at):
        imported(tmp_path, text_of(hashes(300)))
        path = tmp_path / "list.breaches"
        content = bytearray(path.read_bytes())
        content[at : at + len(noise)] = noise
        path.write_bytes(content)

        try:
            found = BreachFilter.open(path)
        except layout.ListFileError:
            return
        assert found.header.size == len(content)
        assert found.has(hashes(300)[7]) in {True, False}
