"""The one thread that writes to a SQLite file: whatever waits goes into one commit."""

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from riskengine.storage.errors import Unavailable
from riskengine.storage.group_commit import Outcome, commit_group, unavailable
from riskengine.storage.unit import Write

_MOST_WAITING = 8192  # units; beyond, new ones are refused at once
_LARGEST_GROUP = 512  # units: bounds how long the first of a group waits for the last


@dataclass(frozen=True, slots=True)
class _Waiting:
    writes: Sequence[Write]
    done: "asyncio.Future[Sequence[int]]"


def _trouble(error: Exception) -> Exception:
    return (unavailable(error) if isinstance(error, sqlite3.Error) else None) or error


class SqliteWriter:
    """Takes units from the event loop, commits them in groups, answers each one's future."""

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._connection: sqlite3.Connection | None = None
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._waiting = 0
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name="sqlite-writer", daemon=True)
        self._thread.start()

    def submit(self, writes: Sequence[Write]) -> "asyncio.Future[Sequence[int]]":
        """Accept a unit; it is carried through even if nobody waits for the answer.

        Raises:
            Unavailable: when closed, or when too many units wait.
        """
        if self._is_closed:
            raise Unavailable("closed")
        if self._waiting >= _MOST_WAITING:
            raise Unavailable("too many writes waiting")
        done = self._loop.create_future()
        self._waiting += 1
        self._queue.put(_Waiting(writes, done))
        return done

    async def close(self) -> None:
        """Write what was accepted, then end the thread."""
        if not self._is_closed:
            self._is_closed = True
            self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            group, is_last = self._take(first)
            outcomes = self._commit([waiting.writes for waiting in group])
            # A loop that is gone has nobody waiting on it.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._answer, group, outcomes)
            if is_last:
                break
        self._disconnect()

    def _take(self, first: _Waiting) -> tuple[list[_Waiting], bool]:
        group = [first]
        while len(group) < _LARGEST_GROUP:
            try:
                waiting = self._queue.get_nowait()
            except queue.Empty:
                break
            if waiting is None:
                return group, True
            group.append(waiting)
        return group, False

    def _commit(self, units: list[Sequence[Write]]) -> list[Outcome]:
        try:
            if self._connection is None:
                self._connection = self._connect()
            return commit_group(self._connection, units)
        except Exception as error:  # noqa: BLE001 - the thread must outlive any trouble, or all waiters hang
            # A connection that saw a full disk or a lost file is not trusted again.
            self._disconnect()
            return [_trouble(error) for _ in units]

    def _disconnect(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def _answer(self, group: list[_Waiting], outcomes: list[Outcome]) -> None:
        self._waiting -= len(group)
        for waiting, outcome in zip(group, outcomes, strict=True):
            if waiting.done.done():  # its waiter was cancelled; the unit was written all the same
                continue
            if isinstance(outcome, Exception):
                waiting.done.set_exception(outcome)
            else:
                waiting.done.set_result(outcome)
