"""The one place where sign-ins meet the risk engine: each pool's engine in memory, profiles in the store."""

import asyncio
import dataclasses
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from msgspec.structs import replace

from riskengine.base.clock import DAY, MINUTE
from riskengine.entities import AuthEvent, EventFeedback, EventReason, Pool, User
from riskengine.flows.exported_logs import export_event
from riskengine.risk import (
    Assessment,
    Attempt,
    Concluded,
    Conclusion,
    Engine,
    Level,
    Model,
    Outcome,
    Population,
    Profile,
    Reason,
    Thresholds,
    learn,
)
from riskengine.storage.errors import Conflict
from riskengine.storage.interface import Reader, Storage, StoredProfile, Transaction

_TRIES = 8
_REBUILD = DAY  # how far back events are read where no state was kept
_PATIENCE = 15 * MINUTE  # the longest a session waits for an answer
_MOST_PENDING = 100_000
_PROVEN = 1.5  # sign-ins that one with a code from the user's own mail or phone weighs

Told = Callable[[Transaction, AuthEvent], Awaitable[AuthEvent]]


@dataclass(frozen=True, slots=True)
class _Pending:
    pool: str
    event: AuthEvent
    until: int


class RiskDesk:
    """Assesses, learns and takes feedback; what engines share is rebuilt after a restart."""

    def __init__(self, storage: Storage, model: Model) -> None:
        self._storage = storage
        self._model = model
        self._engines: dict[str, Engine] = {}
        self._loading = asyncio.Lock()
        self._changed: set[str] = set()
        self._pending: dict[str, _Pending] = {}

    async def assess(
        self, reader: Reader, pool: Pool, client: str, sub: str, attempt: Attempt
    ) -> tuple[Assessment, StoredProfile]:
        """Score an attempt against the user's profile; nobody's (an empty sub) is empty."""
        engine = await self.engine(pool.id, int(attempt.time * 1_000_000))
        stored = await reader.profiles.find(pool.id, sub) if sub else StoredProfile(Profile(), 0)
        return engine.assess(attempt, stored.profile, pool.stance(client)), stored

    async def conclude(self, event: AuthEvent, profile: Profile, outcome: Outcome) -> Conclusion:
        """What the end of an attempt teaches; nothing is taken in before `observe`."""
        engine = await self.engine(event.pool, event.time)
        return engine.conclude(_attempt(event), profile, assessment_of(event), outcome, event_id=event.id)

    def observe(self, pool: str, conclusion: Conclusion) -> None:
        """Take a conclusion in, once its event is durable; of a pool deleted meanwhile it says nothing."""
        engine = self._engines.get(pool)
        if engine is not None:
            engine.observe(conclusion)
            self._changed.add(pool)

    def await_answer(self, event: AuthEvent) -> None:
        """A challenge is outstanding: without an answer in time, it counts as failed."""
        if len(self._pending) >= _MOST_PENDING:
            del self._pending[next(iter(self._pending))]
        self._pending[event.id] = _Pending(event.pool, event, event.time + _PATIENCE)

    def answered(self, event: AuthEvent) -> None:
        """The challenge was answered, rightly or wrongly."""
        self._pending.pop(event.id, None)

    async def give_up(self, now: int) -> int:
        """Count challenges that nobody answered in time as failed; answers how many."""
        late = [pending for pending in self._pending.values() if pending.until <= now]
        for pending in late:
            self.answered(pending.event)
            outcome = Outcome(password_ok=True, challenge=False)
            self.observe(pending.pool, await self.conclude(pending.event, Profile(), outcome))
        return len(late)

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
                    verdict = None
                    if event.attempt is not None and (source == "admin" or not valid or not is_grave(event)):
                        stored = await tx.profiles.find(pool, user.sub)
                        verdict = engine.judge(_concluded(event), stored.profile, valid=valid, source=source)
                        self.save_profile(tx, pool, user.sub, stored, verdict.profile)
            except Conflict:
                continue
            if verdict is not None:
                engine.take(verdict)
                self._changed.add(pool)
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

    def engines(self) -> tuple[tuple[str, Engine], ...]:
        """The engines in memory, by pool."""
        return tuple(self._engines.items())

    def changed(self) -> tuple[str, ...]:
        """The pools whose shared state is not written down."""
        return tuple(self._changed)

    async def keep_pool(self, pool: str, now: int) -> None:
        """Write down one engine's shared state, as it is at `now`; events from then on are not in it."""
        engine = self._engines.get(pool)
        if engine is None:
            return
        self._changed.discard(pool)
        state = json.dumps(engine.population.to_state()).encode()
        try:
            async with self._storage.transaction() as tx:
                tx.populations.put(pool, now, state)
        except BaseException:
            self._changed.add(pool)
            raise

    def forget(self, pool: str) -> None:
        """A deleted pool needs no engine."""
        self._engines.pop(pool, None)
        self._changed.discard(pool)

    async def engine(self, pool: str, now: int) -> Engine:
        """A pool's engine, rebuilt from what is stored at its first use."""
        engine = self._engines.get(pool)
        if engine is None:
            async with self._loading:
                engine = self._engines.get(pool) or await self._load(pool, now)
                self._engines[pool] = engine
        return engine

    async def _load(self, pool: str, now: int) -> Engine:
        """The kept state, and what happened since; so an attacker gains nothing by a restart of ours."""
        kept = await self._storage.populations.find(pool)
        population = Population.from_state(json.loads(kept[1])) if kept else Population()
        engine = Engine(self._model, population)
        async for event in self._storage.events.since(pool, kept[0] if kept else now - _REBUILD):
            outcome = outcome_of(event)
            if event.type == "SignIn" and event.attempt is not None and outcome is not None:
                conclusion = engine.conclude(event.attempt, None, assessment_of(event), outcome)
                engine.observe(conclusion)
        return engine


def is_grave(event: AuthEvent) -> bool:
    """Whether only an operator may say that it was all right: high risks, blocks, what one called Invalid."""
    operators = [each.value for each in event.verdicts if each.provider == "Admin"]
    return event.level == Level.HIGH.value or event.decision == "Block" or operators[-1:] == ["Invalid"]


def with_assessment(event: AuthEvent, attempt: Attempt | None, assessment: Assessment) -> AuthEvent:
    """The event of a scored attempt; None where it must teach nothing."""
    limits = assessment.thresholds
    return replace(
        event,
        attempt=attempt,
        score=assessment.score,
        level=assessment.level.value,
        reasons=tuple(EventReason(each.code, each.points, each.text) for each in assessment.reasons),
        thresholds=(limits.low, limits.medium, limits.high),
    )


def assessment_of(event: AuthEvent) -> Assessment:
    """The assessment that an event recorded."""
    reasons = tuple(Reason.of(each.code, each.points, each.text) for each in event.reasons)
    return Assessment(
        event.score or 0, Level(event.level), reasons, Thresholds(*(event.thresholds or (0, 0, 0)))
    )


def _attempt(event: AuthEvent) -> Attempt:
    if event.attempt is None:
        raise AssertionError("an event without an attempt teaches nothing")
    return event.attempt


def _concluded(event: AuthEvent) -> Concluded:
    assessment = assessment_of(event) if event.score is not None else None
    return Concluded(_attempt(event), event.learning == "learned", assessment)


def outcome_of(event: AuthEvent) -> Outcome | None:
    """How a stored event ended; None while it has not."""
    if event.response == "InProgress":
        return None
    answers = dict(event.challenges)
    mfa = answers.get("Mfa")
    return Outcome(
        password_ok=answers.get("Password") == "Success",
        challenge=None if mfa is None else mfa == "Success",
        blocked=event.response == "Fail" and mfa != "Failure" and answers.get("Password") == "Success",
    )
