"""Bytes of a request to its struct: a quick typed decode, and a slow walk that names every fault.

The walk runs only when the quick way found something; its word is final.
"""

import base64
import binascii
from collections.abc import Callable, Collection, Mapping
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from riskengine.api import wire
from riskengine.api.common_errors import SerializationException
from riskengine.api.constraints import SHAPES
from riskengine.api.errors import InvalidParameterException
from riskengine.api.limits import Check, check_of, fits, rules_of
from riskengine.api.model import (
    Blob,
    Flag,
    Free,
    Instant,
    ListOf,
    MapOf,
    Operation,
    Record,
    Shape,
    Text,
    Whole,
    Wire,
)

# A message may not grow with the body: every fault is counted, so many are named, echoes are cut.
_MOST_FAULTS = 100
_LONGEST_ECHO = 256

_NOT_NULL = "Member must not be null"

# Shapes whose parts are judged one by one, each with a path of its own.
_HOLDERS = (Record, ListOf, MapOf)

# Databases do not keep this character in text.
_NUL = "\x00"
_ESCAPED_NUL = rb"\u0000"
_NO_NUL = "Member must not contain the character U+0000"


# Bodies up to here cannot break the longest limits of the model, so those are tried on longer ones only.
_SMALL_BODY = 32 * 1024


class _Plan(NamedTuple):
    decode: Callable[[bytes], Wire]
    check_small: Check | None
    check: Check | None


@cache
def _plan(request: type[Wire]) -> _Plan:
    name = request.__name__
    return _Plan(wire.decoder(request).decode, check_of(name, _SMALL_BODY), check_of(name))


def prepare(operation: Operation) -> None:
    """Compile what an operation's requests need, before the first one comes."""
    _plan(operation.request)


def decode(operation: Operation, body: bytes) -> Wire:
    """The operation's request from a JSON body; null members and null map values count as absent.

    Raises:
        InvalidParameterException: names every limit that the request breaks.
        SerializationException: the body is no JSON object, or a member has the wrong JSON type.
    """
    plan = _plan(operation.request)
    try:
        request = plan.decode(body)
    except msgspec.ValidationError:
        return _explain(operation, body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable(error) from None
    check = plan.check_small if len(body) <= _SMALL_BODY else plan.check
    if _ESCAPED_NUL in body or (check is not None and not check(request)):
        return _explain(operation, body)
    return request


def _explain(operation: Operation, body: bytes) -> Wire:
    try:
        raw = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable(error) from None
    if not isinstance(raw, dict):
        raise SerializationException("The body must be a JSON object.")
    faults = _Faults()
    kept = faults.visit(operation.request.__name__, raw, _Place("", hidden=False))
    if faults.count:
        raise InvalidParameterException(faults.message())
    try:
        return msgspec.convert(kept, operation.request, dec_hook=wire.seal)
    except msgspec.ValidationError as error:
        raise SerializationException(f"The body does not fit the operation: {error}.") from None


def _unreadable(error: Exception) -> SerializationException:
    match error:
        case UnicodeDecodeError():
            return SerializationException("The body is not valid UTF-8.")
        case RecursionError():
            return SerializationException("The body is nested too deeply.")
    return SerializationException(f"The body is not valid JSON: {error}.")


class _Place(NamedTuple):
    """Where a value stands, as messages name it, and whether they must not show it."""

    path: str
    hidden: bool

    def member(self, wire_name: str) -> "_Place":
        name = wire_name[:1].lower() + wire_name[1:]
        return self._replace(path=f"{self.path}.{name}" if self.path else name)

    def element(self, key: object) -> "_Place":
        return self._replace(path=f"{self.path}.{_echo(key)}.member")

    def within(self, shape: Record | MapOf) -> "_Place":
        return self._replace(hidden=True) if shape.sensitive else self

    def showing(self, shape: Shape) -> "_Place":
        """The same place, hidden unless the shape is one whose values messages may show."""
        may_show = isinstance(shape, Whole) or (isinstance(shape, Text) and not shape.sensitive)
        return self if may_show else self._replace(hidden=True)

    def subject(self, value: object) -> str:
        return f"Value at '{self.path}'" if self.hidden else f"Value '{_echo(value)}' at '{self.path}'"


class _Faults:
    """Collects faults; each visit returns its value without nulls and unknown members."""

    def __init__(self) -> None:
        self.count = 0
        self._named: list[str] = []

    def message(self) -> str:
        """All faults in one text, as the service words them."""
        noun = "error" if self.count == 1 else "errors"
        return f"{self.count} validation {noun} detected: {'; '.join(self._named)}"

    def visit(self, name: str, value: Any, place: _Place) -> Any:
        """Judge one value and all that it holds."""
        if value is None:
            self._add(f"Value null at '{place.path}'", _NOT_NULL)
            return None
        shape = SHAPES[name]
        _demand_type(shape, value, place)
        match shape:
            case Record():
                return self._record(shape, value, place.within(shape))
            case ListOf():
                return self._list(name, shape, value, place)
            case MapOf():
                return self._map(name, shape, value, place.within(shape))
        for constraint in _broken(name, [value]):
            self._add(place.showing(shape).subject(value), constraint)
        return value

    def _record(self, record: Record, value: dict[str, Any], place: _Place) -> dict[str, Any]:
        return {
            member.wire: self.visit(member.shape, value.get(member.wire), place.member(member.wire))
            for member in record.members
            if member.is_required or value.get(member.wire) is not None
        }

    def _list(self, name: str, shape: ListOf, values: list[Any], place: _Place) -> list[Any]:
        item = SHAPES[shape.item]
        subject = place.showing(item).subject(values)
        for constraint in _broken(name, [values]):
            self._add(subject, constraint)
        if isinstance(item, _HOLDERS):
            return [self.visit(shape.item, one, place.element(at)) for at, one in enumerate(values, 1)]
        if None in values:
            self._add(subject, f"Member must satisfy constraint: [{_NOT_NULL}]")
        present = {at: one for at, one in enumerate(values, 1) if one is not None}
        _demand_types(item, present, place)
        self._parts(shape.item, present.values(), subject, "Member")
        return values

    def _map(self, name: str, shape: MapOf, value: dict[str, Any], place: _Place) -> dict[str, Any]:
        kept = {key: one for key, one in value.items() if one is not None}
        part = SHAPES[shape.value]
        subject = place.showing(part).subject(kept)
        for constraint in _broken(name, [kept]):
            self._add(subject, constraint)
        self._parts(shape.key, kept, subject, "Map keys")
        if isinstance(part, _HOLDERS):
            return {key: self.visit(shape.value, one, place.element(key)) for key, one in kept.items()}
        _demand_types(part, kept, place)
        self._parts(shape.value, kept.values(), subject, "Map value")
        return kept

    def _parts(self, name: str, values: Collection[Any], subject: str, who: str) -> None:
        """Judge what a list or map holds as the service does: one fault, naming all limits of a part."""
        broken = _broken(name, values)
        if broken:
            limits = [_NO_NUL] if broken == [_NO_NUL] else [rule.text for rule in rules_of(name)]
            self._add(subject, f"{who} must satisfy constraint: [{', '.join(limits)}]")

    def _add(self, subject: str, constraint: str) -> None:
        self.count += 1
        if self.count <= _MOST_FAULTS:
            self._named.append(f"{subject} failed to satisfy constraint: {constraint}")


def _broken(name: str, values: Collection[Any]) -> list[str]:
    """The limits of a shape that at least one of the values breaks."""
    shape = SHAPES[name]
    sized = [_bytes_of(one) for one in values] if isinstance(shape, Blob) else values
    broken = [rule.text for rule in rules_of(name) if not all(rule.holds(one) for one in sized)]
    if isinstance(shape, Text) and any(_NUL in one for one in values):
        broken.append(_NO_NUL)
    return broken


def _demand_type(shape: Shape, value: object, place: _Place) -> None:
    match shape:
        case Free():
            return
        case Text():
            is_right, wanted = isinstance(value, str), "a string"
        case Flag():
            is_right, wanted = isinstance(value, bool), "true or false"
        case Whole(bits=bits):
            is_right = isinstance(value, int) and not isinstance(value, bool) and fits(value, bits)
            wanted = f"a whole number of {bits} bits"
        case Instant():
            is_right, wanted = isinstance(value, int | float) and not isinstance(value, bool), "epoch seconds"
        case Blob():
            is_right, wanted = _bytes_of(value) is not None, "a string in base64"
        case ListOf():
            is_right, wanted = isinstance(value, list), "a list"
        case MapOf() | Record():
            is_right, wanted = isinstance(value, dict), "an object"
    if not is_right:
        raise SerializationException(f"The member '{place.path}' must be {wanted}.")


def _demand_types(shape: Shape, values: Mapping[Any, object], place: _Place) -> None:
    for key, value in values.items():
        _demand_type(shape, value, place.element(key))


def _bytes_of(value: object) -> bytes | None:
    if not isinstance(value, str):
        return None
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None


def _echo(value: object) -> str:
    match value:
        case list():
            text = f"[{', '.join('null' if one is None else str(one) for one in value[:_LONGEST_ECHO])}]"
        case dict():
            pairs = islice(value.items(), _LONGEST_ECHO)
            text = f"{{{', '.join(f'{key}={one}' for key, one in pairs)}}}"
        case _:
            text = str(value)
    cut = text if len(text) <= _LONGEST_ECHO else f"{text[:_LONGEST_ECHO]}..."
    # Messages travel in a header too.
    return cut if cut.isprintable() else "".join(one if one.isprintable() else "\ufffd" for one in cut)
