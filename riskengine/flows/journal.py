"""Which observations of a pool have been taken in: each exactly once, in whatever order they were committed.

Every process numbers its own. A number is given before its unit is committed, so they may appear out of
order, and some never do. A reader therefore remembers all that it has from one number on; `decided`, which
travels with each, says up to where nothing more will come.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from riskengine.entities import Observation
from riskengine.flows.observations import Asked, News, take_in, to_bytes
from riskengine.risk import Engine
from riskengine.storage.interface import Ending

_MOST_ASKED = 100_000
DOUBTFUL_SECONDS = 60.0  # after which a unit that nobody knows the end of has ended


class Taken:
    """The numbers of one process that were taken in: all up to `low`, and a few above."""

    __slots__ = ("above", "low")

    def __init__(self, low: int = 0, above: tuple[int, ...] = ()) -> None:
        self.low = low
        self.above = set(above)

    def __contains__(self, number: int) -> bool:
        return number <= self.low or number in self.above

    def add(self, number: int) -> None:
        """One more."""
        if number > self.low:
            self.above.add(number)
            self._climb()

    def decide(self, number: int) -> None:
        """Nothing up to this number will come any more."""
        if number > self.low:
            self.low = number
            self.above = {each for each in self.above if each > number}
            self._climb()

    def covers(self, other: "Taken") -> bool:
        """Whether everything in the other is in this one."""
        return self.low >= other.low and all(each in self for each in other.above)

    def _climb(self) -> None:
        while self.low + 1 in self.above:
            self.low += 1
            self.above.discard(self.low)


class Journal:
    """One pool's shared state in this process, and what is in it of everybody's observations."""

    def __init__(self, pool: str, process: str, engine: Engine) -> None:
        self.pool = pool
        self.process = process
        self.engine = engine
        self.asked: dict[str, Asked] = {}
        self.taken: dict[str, Taken] = {}
        self.last = 0  # the highest number of ours
        self.told = 0  # the highest of them that was written
        self.is_changed = False
        self._learning = asyncio.Lock()
        self._open: dict[int, float | None] = {}  # ours without a known end; since when in doubt

    def next(self, news: News, now: float) -> Observation:
        """Our next observation; it must be `settle`d. `now`: seconds of a clock that only goes on."""
        for number, since in list(self._open.items()):
            if since is not None and now - since > DOUBTFUL_SECONDS:
                del self._open[number]
        self.last += 1
        self._open[self.last] = None
        return Observation(
            pool=self.pool,
            process=self.process,
            number=self.last,
            decided=min(self._open) - 1,
            body=to_bytes(news),
        )

    def settle(self, number: int, ending: Ending, now: float) -> bool:
        """The unit of a number has ended; answers whether it is to be taken in now."""
        if ending == "unknown":
            self._open[number] = now
            return False
        self._open.pop(number, None)
        is_new = ending == "kept" and self.mark(self.process, number)
        self.of(self.process).decide(min(self._open, default=self.last + 1) - 1)
        if ending == "kept":
            self.told = max(self.told, number)
        return is_new

    def take_in(self, news: News) -> None:
        """Bring the shared state up to date; the caller has `mark`ed it."""
        take_in(self.engine, self.asked, news, most=_MOST_ASKED)

    async def learned(self) -> Engine:
        """The engine, once what fell due is learned: it scores, and is written down, no sooner."""
        while self.engine.population.due is not None:
            async with self._learning:
                population = self.engine.population
                due = population.due
                if due is not None:
                    found = await asyncio.to_thread(due.learned)
                    if population.due is due:
                        population.take_up(found)
        return self.engine

    @property
    def is_doubtful(self) -> bool:
        """Whether something of ours may have been written without our knowing."""
        return any(since is not None for since in self._open.values())

    def mark(self, process: str, number: int) -> bool:
        """Count an observation as taken in; False where it had been."""
        taken = self.of(process)
        if number in taken:
            return False
        taken.add(number)
        self.is_changed = True
        return True

    def of(self, process: str) -> Taken:
        """What was taken in of a process."""
        return self.taken.setdefault(process, Taken())

    def covers(self, position: Mapping[str, Taken]) -> bool:
        """Whether everything up to a position was taken in."""
        return all(self.of(process).covers(taken) for process, taken in position.items())


def copied(position: Mapping[str, Taken]) -> dict[str, Taken]:
    """The same position, which stays as it is."""
    return {process: Taken(taken.low, tuple(taken.above)) for process, taken in position.items()}


def position_of(state: Mapping[str, Any]) -> dict[str, Taken]:
    """The position that plain values tell: of each process, up to where, and what above."""
    return {process: Taken(int(low), tuple(above)) for process, (low, above) in state.items()}
