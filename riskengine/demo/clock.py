"""The demo's own time: a play that covers weeks, and ends in the present."""

from riskengine.base.clock import DAY, HOUR, Clock, SystemClock

_MORNING = 7 * HOUR  # UTC


class PlayClock:
    """Runs as the machine's clock does, some way behind it; it only ever moves forward."""

    def __init__(self, start: int, machine: Clock | None = None) -> None:
        self._machine = machine or SystemClock()
        self._behind = max(0, self._machine.now() - start)

    def now(self) -> int:
        """Microseconds since the epoch."""
        return self._machine.now() - self._behind

    def move_to(self, moment: int) -> None:
        """Let a time come; one that has passed already changes nothing."""
        self._behind = max(0, min(self._behind, self._machine.now() - moment))

    def catch_up(self) -> None:
        """From here on, it is the present."""
        self._behind = 0


def last_morning(now: int, spare: int) -> int:
    """The last 07:00 UTC at least `spare` microseconds back: every run sees the same hours."""
    return (now - spare - _MORNING) // DAY * DAY + _MORNING
