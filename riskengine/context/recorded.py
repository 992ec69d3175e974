"""Files of recorded sign-ins: JSON lines, plain or gzip; a bad line is reported and the rest goes on.

What the engine may see (`RecordedAttempt`) and what it must not (`Truth`) are different values.
"""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import msgspec

from riskengine.base.clock import SECOND
from riskengine.context.attempt import RawContext

LONGEST_LINE = 262_144
_LONGEST_NAME = 1024
_MOST_HEADERS = 200
# Beyond this a number is no epoch second but a millisecond.
_LAST_SECOND = 100_000_000_000
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class RecordedAttempt:
    """One sign-in as it was tried; everything here may be scored."""

    id: str | None
    pool: str | None
    user: str
    raw: RawContext
    password_ok: bool
    is_breached: bool


@dataclass(frozen=True, slots=True)
class Truth:
    """What came of it: for after the decision and for measuring, never for the score."""

    challenge_passed: bool | None
    label: str | None


@dataclass(frozen=True, slots=True)
class AttemptLine:
    """A line with an attempt."""

    number: int
    attempt: RecordedAttempt
    truth: Truth


@dataclass(frozen=True, slots=True)
class VerdictLine:
    """A line with somebody's word on an earlier attempt: Valid or Invalid."""

    number: int
    time: int  # microseconds
    id: str
    value: str


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that can't be used, and why."""

    number: int
    reason: str


Line = AttemptLine | VerdictLine | BadLine


class Readable(Protocol):
    """An open file of bytes, plain or unpacked."""

    def readline(self, size: int, /) -> bytes:
        """The next line, or as much of it as asked for."""
        ...


class _Wire(msgspec.Struct):
    time: Any = None
    user: Any = None
    ip: Any = msgspec.UNSET
    password_ok: Any = None
    id: Any = None
    pool: Any = None
    headers: Any = None
    headers_complete: Any = None
    device: Any = None
    challenge_passed: Any = None
    breached: Any = None
    label: Any = None
    feedback: Any = None


_decoder = msgspec.json.Decoder(_Wire)


def read_attempts(path: Path) -> Iterator[Line]:
    """All lines of a file in its order, one at a time; OSError if it can't be opened."""
    with path.open("rb") as file:
        is_packed = file.read(2) == _GZIP
        file.seek(0)
        if not is_packed:
            yield from read_lines(file)
            return
        with gzip.open(file) as unpacked:
            yield from read_lines(unpacked)


def read_lines(file: Readable) -> Iterator[Line]:
    """All lines of an open file; blank ones count but say nothing."""
    number = 0
    while True:
        number += 1
        try:
            text = _next_line(file)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            yield BadLine(number, "the compressed data are damaged: nothing after this can be read")
            return
        if text is None:
            return
        if len(text) > LONGEST_LINE:
            yield BadLine(number, f"longer than {LONGEST_LINE} bytes")
        elif text.strip():
            yield parse_line(number, text)


def _next_line(file: Readable) -> bytes | None:
    """The next line, or its first bytes if it is too long; None at the end."""
    text = file.readline(LONGEST_LINE + 1)
    rest = text
    while len(rest) > LONGEST_LINE and not rest.endswith(b"\n"):
        rest = file.readline(LONGEST_LINE + 1)
    return text or None


def parse_line(number: int, text: bytes) -> Line:
    """One line as an attempt, a verdict or the reason why it is neither."""
    try:
        wire = _decoder.decode(text.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        return BadLine(number, f"not a JSON object: {error}"[:200])
    time = parse_time(wire.time)
    if time is None:
        return BadLine(number, "time is neither epoch seconds nor RFC 3339")
    if wire.feedback is not None:
        return _verdict(number, time, wire.feedback)
    user = _name(wire.user)
    if user is None:
        return BadLine(number, "user is missing or no text")
    if wire.ip is not None and not isinstance(wire.ip, str):
        return BadLine(number, "ip is missing or no text")
    if not isinstance(wire.password_ok, bool):
        return BadLine(number, "password_ok is missing or neither true nor false")
    return AttemptLine(number, _attempt(wire, time, user), _truth(wire))


def _verdict(number: int, time: int, feedback: object) -> Line:
    of = feedback.get("id") if isinstance(feedback, dict) else None
    value = feedback.get("value") if isinstance(feedback, dict) else None
    name = _name(of)
    if name is None or value not in ("Valid", "Invalid"):
        return BadLine(number, "feedback needs an id, and Valid or Invalid as its value")
    return VerdictLine(number, time, name, str(value))


def _attempt(wire: _Wire, time: int, user: str) -> RecordedAttempt:
    raw = RawContext(
        time=time,
        address=wire.ip,
        headers=_headers(wire.headers),
        device_fields=wire.device if isinstance(wire.device, dict) else None,
        # A server that passes headers on may have dropped or shuffled some: then it says so.
        header_order_known=wire.headers_complete is not False,
    )
    pool, is_breached = _name(wire.pool), wire.breached is True
    return RecordedAttempt(_name(wire.id), pool, user, raw, wire.password_ok, is_breached)


def _truth(wire: _Wire) -> Truth:
    passed = wire.challenge_passed if isinstance(wire.challenge_passed, bool) else None
    return Truth(passed, wire.label if isinstance(wire.label, str) else None)


def _headers(pairs: object) -> tuple[tuple[str, str], ...]:
    """The pairs of two texts; anything else in the list is passed over."""
    if not isinstance(pairs, list):
        return ()
    return tuple(
        (pair[0], pair[1])
        for pair in pairs[:_MOST_HEADERS]
        if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str) and isinstance(pair[1], str)
    )


def _name(value: object) -> str | None:
    """A text of decent length; whole numbers are names too."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**18:
        value = str(value)
    return value if isinstance(value, str) and 0 < len(value) <= _LONGEST_NAME else None


def parse_time(value: object) -> int | None:
    """Microseconds of epoch seconds or an RFC 3339 text (UTC where it names no offset)."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return round(value * SECOND) if 0 <= value < _LAST_SECOND else None
    if not isinstance(value, str) or not 10 <= len(value) <= 40:
        return None
    try:
        moment = datetime.fromisoformat(value)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = int(moment.timestamp())
    except (ValueError, OverflowError):
        return None
    return seconds * SECOND + moment.microsecond if seconds >= 0 else None
