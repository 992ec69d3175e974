"""Time as whole microseconds since the epoch, UTC; asked of a clock that tests can turn."""

import time
from datetime import UTC, datetime
from typing import Protocol

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Clock(Protocol):
    """Whoever knows what time it is."""

    def now(self) -> int:
        """Microseconds since the epoch."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> int:
        """Microseconds since the epoch."""
        return time.time_ns() // 1000


def to_seconds(micros: int) -> float:
    """Epoch seconds with a fraction, as the API writes dates."""
    return micros / SECOND


def to_day(micros: int) -> str:
    """The date, UTC, as ISO 8601 writes it."""
    return datetime.fromtimestamp(micros // SECOND, UTC).date().isoformat()
