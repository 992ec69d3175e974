"""A line of a pool's exported logs."""

from typing import Literal

from msgspec import Struct

LogSource = Literal["userNotification", "userAuthEvents"]


class LogLine(Struct, frozen=True, kw_only=True):
    """What waits to be exported: written in one unit with what it tells of."""

    pool: str
    id: str
    source: LogSource
    time: int
    content: bytes  # JSON, as it goes out
    due: int
    expires: int
