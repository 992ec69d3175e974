"""Limits of shapes as rules: what must hold, and how the service words it."""

import sys
from collections.abc import Callable, Iterable
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

from riskengine.api import patterns
from riskengine.api.constraints import ENUMS, SHAPES
from riskengine.api.model import Blob, Free, ListOf, MapOf, Record, Text, Whole

Check = Callable[[Any], object]


class Rule(NamedTuple):
    """One limit: a test of a value, its wording, and the greatest length that passes it."""

    holds: Check
    text: str
    longest: int | None = None


@cache
def rules_of(name: str) -> tuple[Rule, ...]:
    """The limits of a shape itself, not of what it holds, in the order of messages."""
    match SHAPES[name]:
        case Text() as text:
            return (*_sizes(text.shortest, text.longest), *_words(text))
        case Whole() as whole:
            return _range(whole.least, whole.most)
        case Blob(shortest, longest) | ListOf(_, shortest, longest) | MapOf(_, _, shortest, longest):
            return _sizes(shortest, longest)
    return ()


def _sizes(shortest: int | None, longest: int | None) -> tuple[Rule, ...]:
    rules = []
    if longest is not None:
        text = f"Member must have length less than or equal to {longest}"
        rules.append(Rule(lambda value: len(value) <= longest, text, longest))
    if shortest is not None:
        text = f"Member must have length greater than or equal to {shortest}"
        rules.append(Rule(_always if shortest == 0 else lambda value: len(value) >= shortest, text))
    return tuple(rules)


def _range(least: int | None, most: int | None) -> tuple[Rule, ...]:
    rules = []
    if most is not None:
        rules.append(
            Rule(lambda value: value <= most, f"Member must have value less than or equal to {most}")
        )
    if least is not None:
        rules.append(
            Rule(lambda value: value >= least, f"Member must have value greater than or equal to {least}")
        )
    return tuple(rules)


def _words(text: Text) -> tuple[Rule, ...]:
    rules = []
    if text.enum is not None:
        allowed = ENUMS[text.enum]
        wording = f"Member must satisfy enum value set: [{', '.join(allowed)}]"
        rules.append(Rule(frozenset(allowed).__contains__, wording))
    if text.pattern is not None:
        wording = f"Member must satisfy regular expression pattern: {text.pattern}"
        rules.append(Rule(patterns.matcher(text.form or text.pattern), wording))
    return tuple(rules)


def fits(number: int, bits: int) -> bool:
    """Whether a whole number has room in so many bits, sign included."""
    return -(1 << bits - 1) <= number < 1 << bits - 1


@cache
def check_of(name: str, body: int = sys.maxsize) -> Check | None:
    """A quick test of a decoded value and all that it holds; None when any value will do.

    `body` bounds the bytes that the value was decoded from: longer limits cannot be broken and are not tried.
    """
    rules = rules_of(name)
    own = _together(one.holds for one in rules if one.holds is not _always and (one.longest or 0) < body)
    match SHAPES[name]:
        case Text(is_secret=True):
            return _revealed(own)
        case Whole(bits=bits):
            return _together([lambda value: fits(value, bits), own])
        case ListOf(item=item):
            return _together([own, _each(check_of(item, body))])
        case MapOf() as shape:
            value = check_of(shape.value, body)
            pairs = _pairs(check_of(shape.key, body), _revealed(value) if shape.is_secret else value)
            return _together([own, pairs])
        case Record() as record:
            tests = _members({one.name: check_of(one.shape, body) for one in record.members})
            return _together([_documents(record), tests])
    return own


def _always(_value: object) -> bool:
    return True


def _together(tests: Iterable[Check | None]) -> Check | None:
    given = tuple(test for test in tests if test is not None)
    if len(given) < 2:
        return given[0] if given else None

    def check(value: Any) -> bool:
        for test in given:  # noqa: SIM110 - a plain loop is a third faster than all() over a generator
            if not test(value):
                return False
        return True

    return check


def _revealed(test: Check | None) -> Check | None:
    if test is None:
        return None
    return lambda secret: test(secret.reveal())


def _each(test: Check | None) -> Check | None:
    if test is None:
        return None
    return lambda values: all(map(test, values))


def _pairs(key: Check | None, value: Check | None) -> Check | None:
    keys = _each(key)
    values = _each(value)
    return _together([keys, None if values is None else lambda pairs: values(pairs.values())])


def _documents(record: Record) -> Check | None:
    """Any value is of a document's type, null too; so a required one is looked at here."""
    free = [one.name for one in record.members if one.is_required and SHAPES[one.shape] == Free()]
    return _together(_present(name) for name in free)


def _present(name: str) -> Check:
    read = attrgetter(name)
    return lambda value: read(value) is not None


def _members(checks: dict[str, Check | None]) -> Check | None:
    tests = {name: test for name, test in checks.items() if test is not None}
    if not tests:
        return None
    if len(tests) == 1:
        [(name, test)] = tests.items()
        read = attrgetter(name)
        return lambda value: (found := read(value)) is None or test(found)
    read_all = attrgetter(*tests)
    given = tuple(tests.values())

    def check(value: Any) -> bool:
        for test, found in zip(given, read_all(value), strict=True):
            if found is not None and not test(found):
                return False
        return True

    return check
