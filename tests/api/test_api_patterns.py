"""Patterns mean here what they mean to the service."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine.api.constraints import SHAPES
from riskengine.api.model import Text
from riskengine.api.patterns import matcher

USERNAME = r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+"
PROVIDER = r"[\p{L}\p{M}\p{S}\p{N}\p{P}\p{Z}]+"
PROSE = r"[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*"
NEW_PROVIDER = r"[^_\p{Z}][\p{L}\p{M}\p{S}\p{N}\p{P}][^_\p{Z}]+"
CODE = rf"{PROSE}\{{####\}}{PROSE}"
LINK = rf"{PROSE}\{{##{PROSE}##\}}{PROSE}"
EVERY_CHARACTER = [chr(code) for code in range(sys.maxunicode + 1)]


def characters_that(matches):
    return {one for one in EVERY_CHARACTER if matches(one)}


@pytest.mark.parametrize(
    ("pattern", "categories", "extra"),
    [
        (USERNAME, "LMSNP", ""),
        (PROVIDER, "LMSNPZ", ""),
        (PROSE, "LMSNP", " \t\n\v\f\r"),
        (r"[\p{L}\p{M}\p{S}\p{N}\p{P}\t\n\r ]+", "LMSNP", " \t\n\r"),
    ],
)
def test_a_class_holds_exactly_the_characters_of_its_categories(pattern, categories, extra):
    expected = {one for one in EVERY_CHARACTER if unicodedata.category(one)[0] in categories or one in extra}
    assert characters_that(matcher(pattern)) == expected


@pytest.mark.parametrize("name", sorted(name for name, shape in SHAPES.items() if isinstance(shape, Text)))
def test_every_pattern_of_the_model_can_be_tried(name):
    text = SHAPES[name]
    pattern = text.form or text.pattern or "(?s).*"
    # One pattern of the model takes any text; every other one refuses this.
    assert bool(matcher(pattern)("\x00 \n")) is (pattern == "(?s).*")


@pytest.mark.parametrize(
    ("pattern", "right", "wrong"),
    [
        (USERNAME, ["alice", "é@x", "漢字"], ["", "a b", "a\n", "\x7f", "a\u200b"]),
        (f"{USERNAME}@{USERNAME}", ["a@b", "@@@"], ["@b", "a@", "ab", "a @b"]),
        (NEW_PROVIDER, ["abc", "a_c", "a-c漢"], ["ab", "_bc", "ab_", "a c", " bc", "abc d"]),
        (CODE, ["{####}", "Your {####}\nbye"], ["{###}", "\x00{####}", "{####}\xa0"]),
        (LINK, ["{####}", "{##go##}", "a {##x##} b\n"], ["{##", "##}{##", "{###}", "{##a", "\x00{##a##}"]),
        (r".*\{####\}.*", ["{####}", "a{####}b"], ["{####}\n", "code"]),
        (r"^[\p{L}\p{M}\p{S}\p{N}\p{P}]+$", ["https://x"], ["", "a b"]),
        (r"[\w\s+=,.@-]+", ["a pool_1"], ["pööl", "a#", ""]),
        (r"^[0-9a-fA-F]+$", ["0aF"], ["0aF\n", "x"]),
    ],
)
def test_what_fits_and_what_does_not(pattern, right, wrong):
    assert [one for one in right if not matcher(pattern)(one)] == []
    assert [one for one in wrong if matcher(pattern)(one)] == []


@given(st.text("a_ {#}@\n\x00é", max_size=12))
def test_a_link_template_holds_an_opening_before_a_closing(text):
    is_prose = all(one not in text for one in "\x00")
    holds = any(text[at:].startswith("{##") and "##}" in text[at + 3 :] for at in range(len(text)))
    assert bool(matcher(LINK)(text)) is (is_prose and holds)


def test_an_unknown_class_is_refused_rather_than_guessed():
    with pytest.raises(ValueError, match="no test is written"):
        matcher(r"[\p{Lu}]+")
