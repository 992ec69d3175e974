"""Things read from the store and believed for a moment, so that another process' change acts soon."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from riskengine.base.clock import SECOND, Clock

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

BELIEVED = SECOND  # microseconds; a revocation elsewhere acts within this time


def _never() -> int:
    return 0


class Fresh(Generic[K, V]):
    """A bounded memory of `read`; what is absent (None) is asked for each time.

    `changes` counts what this process itself has changed: what was read before is not believed after.
    """

    def __init__(
        self,
        read: Callable[[K], Awaitable[V | None]],
        machine: Clock,
        limit: int = 1024,
        changes: Callable[[], int] = _never,
    ) -> None:
        self._read = read
        self._machine = machine
        self._limit = limit
        self._changes = changes
        self._kept: OrderedDict[K, tuple[int, int, V]] = OrderedDict()

    async def get(self, key: K) -> V | None:
        """The value, at most a second old; None if there is none."""
        now, changes = self._machine.now(), self._changes()
        kept = self._kept.get(key)
        # A clock set back must not make an old answer young again.
        if kept is not None and 0 <= now - kept[0] < BELIEVED and kept[1] == changes:
            return kept[2]
        value = await self._read(key)
        self._kept.pop(key, None)
        if value is not None:
            self._kept[key] = (now, changes, value)
            if len(self._kept) > self._limit:
                self._kept.popitem(last=False)
        return value

    def known(self, key: K) -> V | None:
        """What was read last, however old; nothing is asked."""
        kept = self._kept.get(key)
        return None if kept is None else kept[2]
