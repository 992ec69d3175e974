"""Every pool's shared risk state in this process: rebuilt from what is stored, kept, brought up to date.

Stored are a state, the position it was kept at, and the observations since: together they are exact, for a
restart and for a new process alike. Observations are deleted once a state that holds them has been stored
for a while; a process that reads later than that starts over from the state.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

import structlog
from msgspec import DecodeError

from riskengine.base.clock import DAY, SECOND
from riskengine.entities import Observation
from riskengine.flows.event_facts import assessment_of, outcome_of
from riskengine.flows.gate import Gate, Place
from riskengine.flows.journal import Journal, Taken, copied
from riskengine.flows.kept_state import Kept, position_in, read, written
from riskengine.flows.observations import Finished, News, event_of, from_bytes
from riskengine.risk import Engine, Model, Population
from riskengine.storage.errors import AlreadyExists, Conflict
from riskengine.storage.interface import Storage

log = structlog.get_logger()

_REBUILD = DAY  # how far back events are read where no state was kept
_PAGE = 500
_SOME = 100  # observations that are taken in before others have their turn
_CLEARED = 500  # observations deleted in one unit
_KEPT_BY_OTHERS = 20 * SECOND  # a state younger than this need not be kept again


class Shelf:
    """The journals of the pools in use."""

    def __init__(self, storage: Storage, model: Model, process: str, gate: Gate) -> None:
        self.process = process
        self._gate = gate
        self.journals: dict[str, Journal] = {}
        self._storage = storage
        self._model = model
        self.present: set[str] | None = None  # processes heard of lately; None: we have not listened
        self._loading = asyncio.Lock()
        self._keeping = asyncio.Lock()
        # By pool: when the state was kept that we know of, what is in it, and what may be deleted soon.
        self._kept: dict[str, tuple[int, dict[str, Taken]]] = {}
        self._covered: dict[str, dict[str, Taken]] = {}

    async def journal(self, pool: str, now: int) -> Journal:
        """A pool's journal, loaded at its first use."""
        journal = self.journals.get(pool)
        if journal is None:
            async with self._loading:
                journal = self.journals.get(pool) or await self._load(pool, now)
                self.journals[pool] = journal
        return journal

    async def reload(self, journal: Journal, now: int) -> None:
        """Start over from what is stored, having missed what may be deleted by now."""
        fresh = await self._load(journal.pool, now)
        journal.engine, journal.asked, journal.taken = fresh.engine, fresh.asked, fresh.taken
        # What we wrote between that reading and now.
        await self.read(journal, self.process)

    async def read(self, journal: Journal, process: str) -> None:
        """Take in what a process told that we have not."""
        number = journal.of(process).low
        while True:
            page = await self._storage.observations.since(journal.pool, process, number, limit=_PAGE)
            await self._take_in(journal, page)
            if len(page) < _PAGE:
                return
            number = page[-1].number

    async def _take_in(self, journal: Journal, found: Sequence[Observation]) -> None:
        for start in range(0, len(found), _SOME):
            self._take_some_in(journal, found[start : start + _SOME])
            await asyncio.sleep(0)

    def _take_some_in(self, journal: Journal, page: Iterable[Observation]) -> None:
        for each in page:
            if journal.mark(each.process, each.number):
                try:
                    news = from_bytes(each.body)
                except DecodeError:
                    log.warning("observation_not_understood", pool=journal.pool, process=each.process)
                    continue
                journal.take_in(news)
                if each.process != self.process:
                    self._warn(news)
            if each.process != self.process:
                journal.of(each.process).decide(each.decided)

    def _warn(self, news: News) -> None:
        if not isinstance(news, Finished):
            return
        network, outcome = news.lesson.attempt.network, news.lesson.outcome
        if network.ip is None or network.prefix is None:
            return
        place = Place(network.ip, network.prefix)
        if outcome.is_failure:
            self._gate.failed(place)
        elif outcome.is_accepted:
            self._gate.succeeded(place, news.lesson.attempt.user)

    async def _load(self, pool: str, now: int) -> Journal:
        """The kept state, and what happened since; so an attacker gains nothing by a restart of ours."""
        stored = await self._storage.populations.find(pool)
        kept = Kept(Population(model=self._model), None)
        if stored:
            try:
                kept = await read(stored[1], self._model)
            except ValueError as error:
                # Of another release: what the last day's events say is worth more than no sign-in at all.
                log.warning("kept_state_not_understood", pool=pool, reason=str(error))
                stored = None
        journal = Journal(pool, self.process, Engine(self._model, kept.population))
        journal.asked = kept.asked
        if kept.position is None:
            await self._from_events(journal, stored[0] if stored else now - _REBUILD)
        else:
            journal.taken = copied(kept.position)
            await self._take_in(journal, await self._everything(pool))
        # From now on lessons are learned beside the loop.
        kept.population.is_waited_for = True
        if stored:
            self._kept[pool] = (stored[0], kept.position or {})
        return journal

    async def _everything(self, pool: str) -> list[Observation]:
        found: list[Observation] = []
        place = ("", 0)
        while True:
            page = await self._storage.observations.of_pool(pool, after=place, limit=_PAGE)
            found += page
            if len(page) < _PAGE:
                return found
            place = (page[-1].process, page[-1].number)
            await asyncio.sleep(0)

    async def _from_events(self, journal: Journal, since: int) -> None:
        """What an earlier release left, which told nobody anything: the events without an observation."""
        events = {event.id: event async for event in self._storage.events.since(journal.pool, since)}
        # Read after the events: what was written with one of them is seen here.
        found = await self._everything(journal.pool)
        for each in found:
            events.pop(event_of(each.body), None)
        for number, event in enumerate(events.values()):
            if number % _SOME == 0:
                await asyncio.sleep(0)
            outcome = outcome_of(event)
            if event.type == "SignIn" and event.attempt is not None and outcome is not None:
                end = journal.engine.conclude(event.attempt, None, assessment_of(event), outcome)
                journal.engine.observe(end)
                journal.is_changed = True
        await self._take_in(journal, found)

    # Keeping.

    async def keep(self, journal: Journal, now: int, *, is_last: bool = False) -> bool:
        """Write down a pool's shared state with its position; answers whether this process did."""
        async with self._keeping:
            return await self._keep(journal, now, is_last=is_last)

    async def _keep(self, journal: Journal, now: int, *, is_last: bool) -> bool:
        pool = journal.pool
        await self._sweep(pool)
        if not journal.is_changed and not is_last:
            return False
        stored = await self._storage.populations.time(pool)
        known = self._kept.get(pool)
        if stored is not None and (known is None or known[0] != stored):
            known = await self._position(pool)
        if known is not None and not is_last and 0 <= now - known[0] < _KEPT_BY_OTHERS:
            return False
        if known is not None and not journal.covers(known[1]):
            return False  # somebody is ahead of us: theirs stands
        await journal.learned()
        journal.is_changed = False
        time = max(now, known[0] + 1) if known else now
        before = known[1] if known else {}
        await self._clear(pool, before)
        retired = self._retired(journal, before)
        position = {name: each for name, each in copied(journal.taken).items() if name not in retired}
        try:
            # No turn for others between the position and the state, which is as of the call.
            state = await written(journal, position)
            async with self._storage.transaction() as tx:
                tx.populations.swap(pool, known[0] if known else None, time, state)
        except (Conflict, AlreadyExists):
            journal.is_changed = True
            return False
        except BaseException:
            journal.is_changed = True
            raise
        self._kept[pool], self._covered[pool] = (time, position), position
        for process in retired:
            journal.taken.pop(process, None)
        return True

    def _retired(self, journal: Journal, before: Mapping[str, Taken]) -> set[str]:
        """Processes long gone, whose observations a stored state holds: their rows are gone, places go."""
        if self.present is None:
            return set()
        gone = set(journal.taken) - self.present - {self.process}
        return {
            each
            for each in gone
            if each in before
            and before[each].low == journal.taken[each].low
            and not journal.taken[each].above
        }

    async def _position(self, pool: str) -> tuple[int, dict[str, Taken]] | None:
        found = await self._storage.populations.find(pool)
        if found is None:
            return None
        self._kept[pool] = (found[0], position_in(found[1]))
        return self._kept[pool]

    async def _sweep(self, pool: str) -> None:
        """Delete what a state of the last round holds; whoever reads every second has long read it."""
        await self._clear(pool, self._covered.pop(pool, {}))

    async def _clear(self, pool: str, position: Mapping[str, Taken]) -> None:
        """Delete what a stored state holds, some at a time: sign-ins wait for the same writer."""
        for process, taken in position.items():
            last = 0
            while last < taken.low:
                following = await self._storage.observations.since(pool, process, last, limit=1)
                if not following or following[0].number > taken.low:
                    break
                last = min(following[0].number + _CLEARED - 1, taken.low)
                async with self._storage.transaction() as tx:
                    tx.observations.delete_until(pool, process, last)
