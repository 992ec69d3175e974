"""The TIMESTAMP of a password claim: `EEE MMM d HH:mm:ss UTC yyyy`, English in every locale."""

import re
from datetime import UTC, datetime

from riskengine.base.clock import MINUTE, SECOND

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_FORM = re.compile(
    rf"(?:{'|'.join(_DAYS)}) ({'|'.join(_MONTHS)}) ([ 0]?[1-9]|[12][0-9]|3[01]) "
    r"([0-9]{2}):([0-9]{2}):([0-9]{2}) UTC ([0-9]{4})"
)
TOLERANCE = 5 * MINUTE


class TimestampError(ValueError):
    """A TIMESTAMP that is not in Cognito's form."""


def parse_timestamp(text: str) -> int:
    """Microseconds since the epoch; the day may be padded by a zero or a space."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise TimestampError("TIMESTAMP is not in format EEE MMM d HH:mm:ss z yyyy in english")
    month, *numbers = match.groups()
    day, hour, minute, second, year = (int(number) for number in numbers)
    try:
        moment = datetime(year, 1 + _MONTHS.index(month), day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise TimestampError("TIMESTAMP is no moment of the calendar") from None
    return int(moment.timestamp()) * SECOND


def format_timestamp(moment: int) -> str:
    """The form clients send, of microseconds since the epoch."""
    at = datetime.fromtimestamp(moment // SECOND, UTC)
    clock = f"{at.hour:02}:{at.minute:02}:{at.second:02}"
    return f"{_DAYS[at.weekday()]} {_MONTHS[at.month - 1]} {at.day} {clock} UTC {at.year:04}"


def is_fresh(moment: int, now: int, tolerance: int = TOLERANCE) -> bool:
    """Whether a claim's moment is near now, before or after; all in microseconds."""
    return abs(now - moment) <= tolerance
