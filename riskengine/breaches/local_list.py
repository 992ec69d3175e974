"""The imported list as a service has it: opened when it appears, opened again when it is replaced."""

from pathlib import Path
from typing import Literal

import structlog

from riskengine.base.secret import Secret
from riskengine.breaches.filter import BreachFilter
from riskengine.breaches.hashes import digest_of
from riskengine.breaches.layout import Header
from riskengine.telemetry import tell_breach_list

log = structlog.get_logger()

# absent: there is no list; probable: found, by a list that errs once in 512 times.
Standing = Literal["absent", "clean", "probable", "certain"]


class LocalList:
    """An imported list at a path. One that is gone or broken leaves the one before in use."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._filter: BreachFilter | None = None
        self._stamp: tuple[int, int, int] | None = None
        self.refresh()

    @property
    def header(self) -> Header | None:
        """What is loaded."""
        return self._filter.header if self._filter else None

    @property
    def least_count(self) -> int:
        """How often a password must have been seen to count; 1 without a list."""
        return self._filter.header.least_count if self._filter else 1

    def refresh(self) -> bool:
        """Open the file if it is new; whether it was. It asks the file system: not for the event loop."""
        stamp = _stamp(self.path)
        if stamp is None or stamp == self._stamp:
            return False
        self._stamp = stamp
        try:
            opened = BreachFilter.open(self.path)
        except (OSError, ValueError) as error:
            log.warning("breach_list_unreadable", error=str(error))
            return False
        self._filter = opened
        tell_breach_list(opened.header.entries, opened.header.source_date)
        log.info("breach_list_loaded", entries=opened.header.entries, kind=opened.header.kind)
        return True

    def look_up(self, password: Secret) -> Standing:
        """What the list says of a password; a few microseconds, 25 more in a list of NTLM hashes."""
        known = self._filter
        if known is None:
            return "absent"
        if not known.has(digest_of(known.header.kind, password)):
            return "clean"
        return "certain" if known.header.has_checks else "probable"


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size
