"""Requests made from the constraint table: valid ones, and ones with faults planted one by one."""

from functools import cache
from typing import Any

from hypothesis import strategies as st

from riskengine.api.constraints import ENUMS, SHAPES
from riskengine.api.model import Blob, Flag, Free, Instant, ListOf, MapOf, Member, Record, Text, Whole
from riskengine.api.patterns import matcher

_POOL = "abcxyzABCXYZ0189 _-+=/.,@:*!#$%&'()[]{}<>?|~^`\"\\éλ漢€\t\n"

# Texts for the patterns that no single character satisfies.
_SAMPLES = {
    "Level[1-4]": ["Level1", "Level4"],
    r"[\w-]+_[0-9a-f-]+": ["eu-north-1_0a-f", "a_1"],
    r"[\w-]+_[0-9a-zA-Z]+": ["eu-north-1_AbCdEf123"],
    r"import-[0-9a-zA-Z-]+": ["import-a1"],
    r"^(tkn|sso)[a-z0-9]{25}$": ["tkn" + "a1" * 12 + "b"],
    r"^(terms-of-use|privacy-policy)$": ["terms-of-use", "privacy-policy"],
    r".*\{####\}.*": ["Your code is {####}"],
}
_GUESSES = [
    "arn:aws:ses:eu-north-1:123456789012:identity/x",
    "arn:aws:s3:::bucket",
    "0a1b2c3d-0a1b-4a1b-8a1b-0a1b2c3d4e5f",
    "cognito:default",
    "a@b.example",
    "Code {####} here",
    "Follow {##this link##}",
    "NewName",
]


@cache
def _alphabet(pattern: str | None) -> str:
    if pattern is None:
        return _POOL
    matches = matcher(pattern)
    return "".join(one for one in _POOL if matches(one))


def _pattern(text: Text) -> str | None:
    return text.form or text.pattern


def _samples(text: Text) -> list[str]:
    pattern = _pattern(text) or ""
    guesses = _SAMPLES.get(pattern) or [one for one in _GUESSES if matcher(pattern)(one)]
    return [one for one in guesses if (text.shortest or 0) <= len(one) <= (text.longest or len(one))]


def texts(text: Text) -> st.SearchStrategy[str]:
    """Any text within the limits."""
    if text.enum is not None:
        return st.sampled_from(ENUMS[text.enum])
    pattern = _pattern(text)
    if not _alphabet(pattern):
        return st.sampled_from(_samples(text))
    least = max(text.shortest or 0, 0 if pattern is None else 1)
    most = min(text.longest or least + 12, least + 12)
    plain = st.text(_alphabet(pattern), min_size=least, max_size=most)
    return plain if pattern is None else plain.filter(matcher(pattern))


@cache
def values(name: str) -> st.SearchStrategy[Any]:
    """Any JSON value of a shape within its limits."""
    shape = SHAPES[name]
    match shape:
        case Text():
            return texts(shape)
        case Whole():
            least = -9 if shape.least is None else shape.least
            return st.integers(least, least + 9 if shape.most is None else shape.most)
        case Flag():
            return st.booleans()
        case Instant():
            return st.integers(0, 2**31)
        case Blob():
            return st.sampled_from(["", "AA==", "aGVsbG8="])
        case Free():
            return st.just({"a": [1, None]})
        case ListOf():
            return st.lists(
                values(shape.item), min_size=shape.shortest or 0, max_size=max(shape.shortest or 0, 1)
            )
        case MapOf():
            size = shape.shortest or 0
            return st.dictionaries(
                values(shape.key), values(shape.value), min_size=size, max_size=max(size, 1)
            )
        case Record():
            return records(shape)


def records(record: Record) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with all required members and any of the others."""
    parts = {one.wire: values(one.shape) for one in record.members}
    required = {one.wire for one in record.members if one.is_required}
    return st.fixed_dictionaries(
        {wire: part for wire, part in parts.items() if wire in required},
        optional={wire: part for wire, part in parts.items() if wire not in required},
    )


@cache
def least(name: str) -> Any:
    """A smallest valid value."""
    shape = SHAPES[name]
    match shape:
        case Text(enum=str() as enum):
            return ENUMS[enum][0]
        case Text():
            pattern = _pattern(shape)
            if not _alphabet(pattern):
                return _samples(shape)[0]
            return _alphabet(pattern)[0] * max(shape.shortest or 0, 0 if pattern is None else 1)
        case Whole():
            return shape.least or 0
        case Flag():
            return True
        case Instant():
            return 0
        case Blob():
            return ""
        case Free():
            return {}
        case ListOf():
            return [least(shape.item)] * (shape.shortest or 0)
        case MapOf():
            return {least(shape.key): least(shape.value)} if shape.shortest else {}
        case Record():
            return {one.wire: least(one.shape) for one in shape.members if one.is_required}


def spoiled(name: str) -> list[Any]:
    """Values with exactly one fault each."""
    shape = SHAPES[name]
    match shape:
        case Text(enum=str()):
            return ["NO_SUCH_VALUE"]
        case Text():
            return _spoiled_text(shape)
        case Whole():
            below = [] if shape.least is None else [shape.least - 1]
            return below if shape.most is None else [*below, shape.most + 1]
        case ListOf():
            parts = [[bad] for bad in spoiled(shape.item)]
            if shape.longest is not None:
                parts.append([least(shape.item)] * (shape.longest + 1))
            return parts
        case MapOf():
            return [{least(shape.key): bad} for bad in spoiled(shape.value)]
        case Record():
            return [least(name) | {member.wire: bad} for member in shape.members for bad in faults_of(member)]
    return []


def faults_of(member: Member) -> list[Any]:
    """Bad values of a member; null is one when it is required."""
    return spoiled(member.shape) + ([None] if member.is_required else [])


def _spoiled_text(text: Text) -> list[str]:
    pattern = _pattern(text)
    alphabet = _alphabet(pattern)
    sizes = [] if text.longest is None else [text.longest + 1]
    sizes += [text.shortest - 1] if text.shortest and text.shortest > 1 else []
    bad = [alphabet[0] * size for size in sizes if alphabet]
    if pattern is None:
        return bad
    matches = matcher(pattern)
    strange = "\x01 " * max(text.shortest or 0, 1)
    fits = len(strange) <= (text.longest or len(strange))
    return [one for one in bad if matches(one)] + ([strange] if fits and not matches(strange) else [])
