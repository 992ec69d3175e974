"""A pool that starts with a past: recorded sign-ins become events, profiles and shared state."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from riskengine.base.ids import new_uuid
from riskengine.context.recorded import AttemptLine, BadLine, Line
from riskengine.entities import AuthEvent, Pool, User
from riskengine.flows.observing import profile_key, subject_key
from riskengine.flows.replay import Replay, Replayed, in_order
from riskengine.flows.risk_desk import with_assessment
from riskengine.flows.services import Services
from riskengine.flows.threat import policy_for

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file."""

    attempts: int
    verdicts: int
    unknown_users: int  # attempts of names that the pool does not have
    faults: tuple[BadLine, ...]


async def import_attempts(
    services: Services,
    pool: Pool,
    read: Callable[[], Iterable[Line]],
    progress: Callable[[int], None] = lambda _: None,
) -> Imported:
    """Replay recorded sign-ins into a pool; users are matched by user name.

    Meant for a service that is not serving yet: another process' shared state does not follow.

    Args:
        services: an open house.
        pool: where to.
        read: opens the recorded lines anew; called more than once.
        progress: told how many lines are done.
    """
    users = await _users(services, pool, read)
    threat = await policy_for(services.storage, pool, "")
    engine = await services.risk.engine(pool.id, services.clock.now())
    engine.population.is_waited_for = False  # a replay does not stop for anybody
    replay = Replay(
        services.attempts,
        engine,
        threat.policy,
        profile_key(services, pool.id),
        lambda name: subject_key(name, users.get(name)),
    )
    counts = {"attempts": 0, "verdicts": 0, "unknown": 0}
    faults: list[BadLine] = []
    batch: list[AuthEvent] = []
    for done, line in enumerate(in_order(read), 1):
        if isinstance(line, BadLine):
            faults.append(line)
        elif isinstance(line, AttemptLine):
            replayed = replay.attempt(line)
            user = users.get(line.attempt.user)
            counts["attempts"] += 1
            counts["unknown"] += user is None
            batch.append(_event(pool, user, replayed))
        else:
            counts["verdicts"] += replay.verdict(line)
        if len(batch) >= _BATCH:
            await _store(services, batch)
            progress(done)
    await _store(services, batch)
    await _store_profiles(services, pool, replay, users)
    journal = await services.risk.shelf.journal(pool.id, services.clock.now())
    await services.risk.shelf.keep(journal, services.clock.now(), is_last=True)
    return Imported(counts["attempts"], counts["verdicts"], counts["unknown"], tuple(faults))


async def _users(services: Services, pool: Pool, read: Callable[[], Iterable[Line]]) -> dict[str, User]:
    names = {line.attempt.user for line in read() if isinstance(line, AttemptLine)}
    found = {name: await services.storage.users.find(pool.id, pool.username_key(name)) for name in names}
    return {name: user for name, user in found.items() if user is not None}


async def _store(services: Services, batch: list[AuthEvent]) -> None:
    async with services.storage.transaction() as tx:
        for event in batch:
            tx.events.add(event)
    batch.clear()


async def _store_profiles(services: Services, pool: Pool, replay: Replay, users: dict[str, User]) -> None:
    subs = [user.sub for user in users.values() if user.sub in replay.profiles]
    for start in range(0, len(subs), _BATCH):
        async with services.storage.transaction() as tx:
            for sub in subs[start : start + _BATCH]:
                before = await tx.profiles.find(pool.id, sub)
                services.risk.save_profile(tx, pool.id, sub, before, replay.profiles[sub])


def _event(pool: Pool, user: User | None, replayed: Replayed) -> AuthEvent:
    recorded, observed, end = replayed.line.attempt, replayed.observed, replayed.conclusion
    is_in = end.outcome.is_accepted
    event = AuthEvent(
        pool=pool.id,
        sub=user.sub if user else "",
        id=new_uuid(),
        time=recorded.raw.time,
        type="SignIn",
        response="Pass" if is_in else "Fail",
        username=user.username if user else recorded.user,
        client="",
        request_id="import",
        mode="AUDIT",
        decision=replayed.decision.risk_decision,
        action=replayed.decision.action.value,
        is_compromised=recorded.is_breached,
        challenges=_challenges(replayed),
        address=observed.address,
        device_name=observed.device_name,
        city=observed.city,
        country=observed.country,
        timezone=observed.timezone,
        has_context=observed.has_context,
        learning="learned" if end.learned else "quarantined" if end.quarantined else "refused",
    )
    return with_assessment(event, observed.attempt, replayed.assessment)


def _challenges(replayed: Replayed) -> tuple[tuple[str, str], ...]:
    outcome = replayed.conclusion.outcome
    password = ("Password", "Success" if outcome.password_ok else "Failure")
    if outcome.challenge is None:
        return (password,)
    return (password, ("Mfa", "Success" if outcome.challenge else "Failure"))
