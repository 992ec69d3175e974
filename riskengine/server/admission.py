"""Overload: so many calls are answered at once, some wait, the rest are refused; pools take turns."""

import asyncio
from collections import OrderedDict, deque

from riskengine.server.metrics import WAITING

PATIENCE = 2.0  # seconds that a call waits for its turn
_LARGEST_SHARE = 0.75  # of the places, for one pool: another's calls never wait for all of its slow ones


class OverloadedError(Exception):
    """There is no place for this call, and none was free in time."""


class Admission:
    """Places for calls. Of those that wait, each lane (a pool's, in general) gets the next place in turn."""

    def __init__(self, at_once: int, waiting: int, patience: float = PATIENCE) -> None:
        self._at_once = at_once
        self._most_waiting = waiting
        self._patience = patience
        self._lane_limit = max(1, int(at_once * _LARGEST_SHARE))
        self._running: dict[str, int] = {}
        self._count = 0
        self._queues: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._waiting = 0

    @property
    def is_full(self) -> bool:
        """Whether the next call would find no place to wait, either."""
        return self._waiting >= self._most_waiting

    async def enter(self, lane: str) -> None:
        """Wait for a place; `leave` it again.

        Raises:
            OverloadedError: too many wait, or it took too long.
        """
        if not self._waiting and self._has_place(lane):
            self._seat(lane)
            return
        if self.is_full:
            self._make_room(lane)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queues.setdefault(lane, deque()).append(turn)
        self._waiting += 1
        WAITING.inc()
        self._fill()
        try:
            async with asyncio.timeout(self._patience):
                await turn
        except BaseException as error:
            if _is_given(turn):  # a moment too late: the place is the next one's
                self.leave(lane)
            if isinstance(error, TimeoutError):
                raise OverloadedError from None
            raise
        finally:
            self._forget(lane, turn)

    def leave(self, lane: str) -> None:
        """The call was answered."""
        self._count -= 1
        self._running[lane] -= 1
        if not self._running[lane]:
            del self._running[lane]
        self._fill()

    def _has_place(self, lane: str) -> bool:
        return self._count < self._at_once and self._running.get(lane, 0) < self._lane_limit

    def _seat(self, lane: str) -> None:
        self._count += 1
        self._running[lane] = self._running.get(lane, 0) + 1

    def _fill(self) -> None:
        """Give free places to those who wait, one for each lane in turn."""
        passed = 0
        while passed < len(self._queues) and self._count < self._at_once:
            lane, queue = next(iter(self._queues.items()))
            self._queues.move_to_end(lane)
            turn = next((each for each in queue if not each.done()), None)
            if turn is None or not self._has_place(lane):
                passed += 1
                continue
            self._seat(lane)
            turn.set_result(None)
            passed = 0

    def _forget(self, lane: str, turn: "asyncio.Future[None]") -> None:
        queue = self._queues[lane]
        queue.remove(turn)
        if not queue:
            del self._queues[lane]
        self._waiting -= 1
        WAITING.dec()

    def _make_room(self, lane: str) -> None:
        """The longest queue gives way to a shorter one: its last comer is refused.

        Raises:
            OverloadedError: ours is as long.
        """
        longest = max(self._queues.values(), key=len, default=deque())
        if len(longest) <= len(self._queues.get(lane, ())) + 1:
            raise OverloadedError
        for turn in reversed(longest):
            if not turn.done():
                turn.set_exception(OverloadedError())
                return
        raise OverloadedError


def _is_given(turn: "asyncio.Future[None]") -> bool:
    return turn.done() and not turn.cancelled() and turn.exception() is None
