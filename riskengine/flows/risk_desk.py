"""The one place where sign-ins meet the risk engine: each pool's engine in memory, profiles in the store."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from typing import Literal

from riskengine.base.clock import DAY, MINUTE
from riskengine.entities import AuthEvent, EventFeedback, Pool, User
from riskengine.flows.event_facts import (
    assessment_of,
    attempt_of,
    concluded_of,
    is_grave,
    outcome_of,
    with_assessment,
)
from riskengine.flows.exported_logs import export_event
from riskengine.flows.gate import Gate
from riskengine.flows.observations import Asked, Finished, Judged, Lesson, News
from riskengine.flows.shelf import Shelf
from riskengine.risk import Assessment, Attempt, Conclusion, Engine, Model, Outcome, Profile, learn
from riskengine.storage.errors import AlreadyExists, Conflict
from riskengine.storage.interface import Ending, Storage, StoredProfile, Transaction

_TRIES = 8
_PATIENCE = 15 * MINUTE  # the longest a session waits for an answer
_PROVEN = 1.5  # sign-ins that one with a code from the user's own mail or phone weighs

__all__ = ["RiskDesk", "assessment_of", "is_grave", "outcome_of", "with_assessment"]

Told = Callable[[Transaction, AuthEvent], Awaitable[AuthEvent]]


class RiskDesk:
    """Assesses, learns and takes feedback; what engines share is rebuilt after a restart."""

    def __init__(self, storage: Storage, model: Model, process: str, gate: Gate) -> None:
        self._storage = storage
        self._shelf = Shelf(storage, model, process, gate)

    async def assess(self, pool: Pool, client: str, profile: Profile, attempt: Attempt) -> Assessment:
        """Score an attempt against the user's profile; nobody's is empty."""
        engine = await self.engine(pool.id, int(attempt.time * 1_000_000))
        return engine.assess(attempt, profile, pool.stance(client))

    async def conclude(self, event: AuthEvent, profile: Profile, outcome: Outcome) -> Conclusion:
        """What the end of an attempt teaches; nothing is taken in before `observe`."""
        engine = await self.engine(event.pool, event.time)
        return engine.conclude(attempt_of(event), profile, assessment_of(event), outcome, event_id=event.id)

    def tell(self, tx: Transaction, pool: str, news: News) -> None:
        """Have everybody take something in, once its unit is durable; of a pool deleted meanwhile nothing."""
        journal = self._shelf.journals.get(pool)
        if journal is None:
            return
        seconds = asyncio.get_running_loop().time
        observation = journal.next(news, seconds())

        def ended(ending: Ending) -> None:
            if journal.settle(observation.number, ending, seconds()):
                journal.take_in(news)

        tx.observations.add(observation)
        tx.on_end(ended)

    async def asked(self, event: AuthEvent) -> Asked:
        """A challenge that is outstanding: without an answer in time, it counts as failed."""
        end = await self.conclude(event, Profile(), Outcome(password_ok=True, challenge=False))
        return Asked(event.id, event.time + _PATIENCE, Lesson.of(end))

    async def give_up(self, now: int) -> int:
        """Count challenges that nobody answered in time as failed; answers how many."""
        count = 0
        for journal in tuple(self._shelf.journals.values()):
            for asked in [each for each in journal.asked.values() if each.until <= now]:
                count += await self._given_up(journal.pool, asked)
        return count

    async def _given_up(self, pool: str, asked: Asked) -> bool:
        try:
            async with self._storage.transaction() as tx:
                tx.spent.spend(pool, f"given-up/{asked.event}", asked.until + DAY)
                self.tell(tx, pool, Finished(asked.event, asked.lesson))
        except AlreadyExists:
            return False  # another process was first; we hear of it from there
        return True

    async def feedback(
        self, user: User, event_id: str, said: EventFeedback, work: Told, *, now: int
    ) -> AuthEvent:
        """Take in what somebody says of an event; it holds from the next attempt on, the last word wins.

        `work` answers the event as it is from now on, and writes what goes with it in the same unit; once
        for each try. A user's Valid of a grave event is kept but trusts nothing: whoever reads the mail
        could have given it.

        Raises:
            NotFound: there is no such event of this user.
        """
        pool = user.pool
        engine = await self.engine(pool, now)
        source: Literal["admin", "user"] = "admin" if said.provider == "Admin" else "user"
        valid = said.value == "Valid"
        for _ in range(_TRIES):
            try:
                async with self._storage.transaction() as tx:
                    event = await tx.events.get(pool, user.sub, event_id)
                    told = await work(tx, event)
                    tx.events.save(told)
                    export_event(tx, await tx.pools.get(pool), told, now)
                    if event.attempt is not None and (source == "admin" or not valid or not is_grave(event)):
                        stored = await tx.profiles.find(pool, user.sub)
                        verdict = engine.judge(
                            concluded_of(event), stored.profile, valid=valid, source=source
                        )
                        self.save_profile(tx, pool, user.sub, stored, verdict.profile)
                        self.tell(tx, pool, Judged.of(verdict))
            except Conflict:
                continue
            return told
        raise Conflict("the user's profile changes too fast")

    async def seed(self, tx: Transaction, user: User, attempt: Attempt, *, is_proven: bool) -> None:
        """Let a new user's habits begin with where they signed up; it counts as no sign-in."""
        stored = await tx.profiles.find(user.pool, user.sub)
        before = stored.profile
        if before.learned:
            return
        learned = learn(before, attempt, _PROVEN if is_proven else 1.0)
        # The first sign-in is still the first.
        seeded = dataclasses.replace(learned, learned=before.learned, first=before.first)
        self.save_profile(tx, user.pool, user.sub, stored, seeded)

    @staticmethod
    def save_profile(tx: Transaction, pool: str, sub: str, before: StoredProfile, profile: Profile) -> None:
        """Store a profile that differs from the one read."""
        if profile is not before.profile:
            tx.profiles.save(pool, sub, StoredProfile(profile, before.version))

    @property
    def shelf(self) -> Shelf:
        """Every pool's shared state in this process."""
        return self._shelf

    def forget(self, pool: str) -> None:
        """A deleted pool needs no engine."""
        self._shelf.journals.pop(pool, None)

    async def engine(self, pool: str, now: int) -> Engine:
        """A pool's engine, rebuilt from what is stored at its first use; it has learned what fell due."""
        return await (await self._shelf.journal(pool, now)).learned()
