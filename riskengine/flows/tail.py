"""Listening to the other processes on the same database: who is there, and what they took in.

Each process counts its own observations and says, in one small row, which pools it has told something of.
Reading those rows is all that an idle process does. No clock of another host is believed.
"""

from dataclasses import dataclass

from riskengine.base.clock import HOUR
from riskengine.entities import Worker
from riskengine.flows.journal import Journal
from riskengine.flows.shelf import Shelf
from riskengine.storage.interface import Storage

_BEAT_SECONDS = 5.0  # without any news
_TOLD_SECONDS = 30.0  # how long a pool is named after its last news
_SILENT_SECONDS = 15.0  # without a beat: gone, perhaps without having told of its last moments
_LATE_SECONDS = 20.0  # without listening: what was told may have been deleted
_EXPIRY = HOUR


@dataclass(slots=True)
class _Heard:
    beat: int
    since: float
    is_silent: bool = False


class Tail:
    """One process's ears and voice; ask for a `turn` a few times a second."""

    def __init__(self, storage: Storage, shelf: Shelf) -> None:
        self._storage = storage
        self._shelf = shelf
        self._beat = 0
        self._begun: float | None = None
        self._beaten: float | None = None
        self._told: dict[str, tuple[int, float]] = {}  # by pool: our last number there, and when
        self._heard: dict[str, _Heard] = {}
        self._listened: float | None = None

    @property
    def others(self) -> int:
        """How many other processes are serving."""
        return sum(not heard.is_silent for heard in self._heard.values())

    @property
    def is_first(self) -> bool:
        """Whether this process is the oldest that is heard: what need not be done by all is its to do.

        For a moment two may think so, or none: nothing may depend on it that has to be done once.
        """
        alive = (process for process, heard in self._heard.items() if not heard.is_silent)
        return self._listened is not None and all(self._shelf.process < process for process in alive)

    def silence(self, seconds: float) -> float:
        """Seconds since this process could last write, or began to try; 0 before that."""
        since = self._begun if self._beaten is None else self._beaten
        return 0.0 if since is None else seconds - since

    def lag(self, seconds: float) -> float:
        """Seconds since we last heard everybody, or began to listen; 0 before that."""
        since = self._begun if self._listened is None else self._listened
        return 0.0 if since is None else seconds - since

    async def turn(self, now: int, seconds: float) -> None:
        """Tell and listen once; `seconds` are of a clock that only goes on."""
        self._begun = seconds if self._begun is None else self._begun
        await self._tell(now, seconds)
        await self._listen(now, seconds)

    async def leave(self, now: int, seconds: float) -> None:
        """Tell what is left to tell, and say goodbye."""
        self._beaten = None
        await self._tell(now, seconds, is_gone=True)

    async def _tell(self, now: int, seconds: float, *, is_gone: bool = False) -> None:
        has_news = False
        for pool, journal in self._shelf.journals.items():
            if journal.told > self._told.get(pool, (0, 0.0))[0]:
                self._told[pool] = (journal.told, seconds)
                has_news = True
        if not has_news and self._beaten is not None and seconds - self._beaten < _BEAT_SECONDS:
            return
        self._told = {pool: told for pool, told in self._told.items() if pool in self._shelf.journals}
        touched = {pool: number for pool, (number, at) in self._told.items() if seconds - at < _TOLD_SECONDS}
        self._beat += 1
        worker = Worker(
            process=self._shelf.process,
            beat=self._beat,
            expires=now + _EXPIRY,
            touched=touched,
            is_gone=is_gone,
        )
        async with self._storage.transaction() as tx:
            tx.workers.put(worker)
        self._beaten = seconds

    async def _listen(self, now: int, seconds: float) -> None:
        workers = [
            each for each in await self._storage.workers.list_() if each.process != self._shelf.process
        ]
        is_late = self.lag(seconds) > _LATE_SECONDS
        for journal in tuple(self._shelf.journals.values()):
            if is_late:
                await self._shelf.reload(journal, now)
            if journal.is_doubtful:
                await self._shelf.read(journal, self._shelf.process)
        for worker in workers:
            await self._hear(worker, seconds, is_all_read=is_late)
        here = {worker.process for worker in workers}
        self._heard = {process: heard for process, heard in self._heard.items() if process in here}
        self._shelf.present = here
        self._listened = seconds

    async def _hear(self, worker: Worker, seconds: float, *, is_all_read: bool) -> None:
        heard = self._heard.get(worker.process)
        if heard is None or heard.beat != worker.beat:
            self._heard[worker.process] = _Heard(worker.beat, seconds, is_silent=worker.is_gone)
            for pool, number in worker.touched.items():
                journal = self._shelf.journals.get(pool)
                if journal is not None and journal.of(worker.process).low < number:
                    await self._shelf.read(journal, worker.process)
            if heard is not None or is_all_read:
                return
        elif heard.is_silent or seconds - heard.since < _SILENT_SECONDS:
            return
        else:
            heard.is_silent = True
        # Met for the first time, or gone: what it named may not be all that it told.
        for journal in self._journals():
            await self._shelf.read(journal, worker.process)

    def _journals(self) -> tuple[Journal, ...]:
        return tuple(self._shelf.journals.values())
