"""`serve --workers N`: N forked processes on one port, started again when they die, ended together."""

import os
import select
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
import structlog

from riskengine.config import Settings
from riskengine.server import metrics
from riskengine.server.run import GRACE
from riskengine.telemetry import frames

log = structlog.get_logger()

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0  # seconds before a dead worker is started again
_STEADY = 10.0  # seconds after which a worker's death is no sequel of the one before
_PATIENCE = GRACE + 5.0  # beyond, workers that do not end are killed


def reserve(settings: Settings) -> tuple[socket.socket, Settings]:
    """The address for several listeners, held but not listened on; the settings with its real port.

    Raises:
        OSError: the address is taken or not ours.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    held = socket.socket(family, socket.SOCK_STREAM)
    try:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Without it first: somebody else's listeners would otherwise be joined in silence.
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.host, settings.port))
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind((settings.host, settings.port))
    except BaseException:
        held.close()
        raise
    return held, msgspec.structs.replace(settings, port=held.getsockname()[1])


@dataclass(slots=True)
class _Place:
    """One worker's place: who is in it, and when the next one may be."""

    process: int = 0
    started: float = 0.0
    pause: float = _FIRST_PAUSE
    due: float = 0.0
    is_ready: bool = False


class Supervisor:
    """Keeps `count` workers. `work(index, is_ready, orphaned)` is what each of them does until told to stop.

    `is_ready()` is to be called once it answers; `orphaned` is a file that can be read once we are gone.
    """

    def __init__(self, count: int, work: Callable[[int, Callable[[], None], int], None]) -> None:
        self._places = [_Place() for _ in range(count)]
        self._work = work
        self._signals: list[int] = []
        self._is_ending = False
        self._folder = tempfile.TemporaryDirectory(prefix="riskengine-")
        self._wake, self._woken = os.pipe()
        self._ready, self._told = os.pipe()
        self._orphaned, self._alive = os.pipe()  # nothing is ever written: its end is the news

    def run(self, ready: Callable[[], None]) -> None:
        """Serve until SIGINT or SIGTERM; `ready` is called once all workers answer."""
        os.set_blocking(self._woken, False)
        old_wake = signal.set_wakeup_fd(self._woken)
        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)
        old = {number: signal.signal(number, self._note) for number in numbers}
        try:
            self._serve(ready)
            self._end()
        finally:
            for number, handler in old.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(old_wake)
            self._folder.cleanup()

    def _note(self, number: int, _frame: object) -> None:
        self._signals.append(number)

    def _serve(self, ready: Callable[[], None]) -> None:
        is_told = False
        while not self._is_stopped():
            for index, place in enumerate(self._places):
                if not place.process and time.monotonic() >= place.due:
                    self._start(index, place)
            self._rest(0.5)
            self._reap()
            if not is_told and all(place.is_ready for place in self._places):
                ready()
                is_told = True

    def _is_stopped(self) -> bool:
        return any(number != signal.SIGCHLD for number in self._signals)

    def _start(self, index: int, place: _Place) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        process = os.fork()
        if not process:
            self._become(index)
        place.process, place.started = process, time.monotonic()

    def _become(self, index: int) -> None:
        """In the new process: its work, and never anything of ours."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            for descriptor in (self._wake, self._woken, self._ready, self._alive):
                os.close(descriptor)
            metrics.share(Path(self._folder.name), f"{index}-{os.getpid()}")
            self._work(index, lambda: _tell(self._told, index), self._orphaned)
            code = 0
        except Exception as error:  # noqa: BLE001 - its place is told by the exit code
            log.error("worker_failed", worker=index, error=type(error).__name__, at=frames(error))  # noqa: TRY400 - frames show no secrets
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _rest(self, seconds: float) -> None:
        """Until something happens, or the time is over."""
        found, _, _ = select.select([self._wake, self._ready], [], [], seconds)
        if self._wake in found:
            os.read(self._wake, 4096)
        if self._ready in found:
            for index in os.read(self._ready, 4096):
                self._places[index].is_ready = True

    def _reap(self) -> None:
        for index, place in enumerate(self._places):
            if not place.process:
                continue
            process, status = os.waitpid(place.process, os.WNOHANG)
            if process:
                self._bury(index, place, os.waitstatus_to_exitcode(status))

    def _bury(self, index: int, place: _Place, code: int) -> None:
        metrics.keep_counts(Path(self._folder.name), f"{index}-{place.process}")
        place.process, place.is_ready = 0, False
        if self._is_ending or self._is_stopped():
            return
        now = time.monotonic()
        is_steady = now - place.started >= _STEADY
        place.pause = _FIRST_PAUSE if is_steady else min(place.pause * 2, _LONGEST_PAUSE)
        place.due = now + place.pause
        log.error("worker_ended", worker=index, code=code, again_in_seconds=place.pause)

    def _end(self) -> None:
        """Pass the signal on; a second one, or too long a wait, kills."""
        self._is_ending = True
        log.info("stopping", workers=sum(bool(place.process) for place in self._places))
        self._signals.clear()
        self._send(signal.SIGTERM)
        deadline = time.monotonic() + _PATIENCE
        while any(place.process for place in self._places):
            if self._is_stopped() or time.monotonic() > deadline:
                self._send(signal.SIGKILL)
            self._rest(0.2)
            self._reap()

    def _send(self, number: int) -> None:
        for place in self._places:
            if place.process:
                with suppress(ProcessLookupError):
                    os.kill(place.process, number)


def _tell(descriptor: int, index: int) -> None:
    os.write(descriptor, bytes([index]))
