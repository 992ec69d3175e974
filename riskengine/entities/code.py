"""Codes that were sent to somebody, and how often somebody did what may be done so often an hour."""

from msgspec import Struct


class SentCode(Struct, frozen=True, kw_only=True):
    """A code on its way back: only its digest is kept, and it counts once.

    `subject` is a sub, or a key of a name that nobody has; `purpose` says what the code is good
    for, so that one for an address can't change a password. `value` is what it would prove (the
    address it went to): a code for an address that was changed meanwhile proves nothing.
    """

    pool: str
    subject: str
    purpose: str
    digest: bytes
    created: int
    expires: int
    value: str = ""
    failures: int = 0
    version: int = 0


class RateWindow(Struct, frozen=True, kw_only=True):
    """When something was done lately, oldest first (microseconds); bounded by whoever counts."""

    times: tuple[int, ...] = ()
    version: int = 0
