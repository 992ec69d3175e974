"""What people say of an event, Valid or Invalid: kept with it, learned from, and its sessions ended."""

from dataclasses import dataclass
from typing import Literal

from msgspec.structs import replace

from riskengine.base.clock import DAY
from riskengine.entities import AuthEvent, EventFeedback, User
from riskengine.flows.services import Services
from riskengine.flows.sessions import end_that_of
from riskengine.storage.interface import Transaction

ADMINISTRATOR: Literal["Admin"] = "Admin"
USER: Literal["User"] = "User"
MARKED_FOR = 14 * DAY
_MOST_VERDICTS = 16
_MARKED_LEVELS = ("Medium", "High")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One word on one event. `by` is the operator's access key, or the notification that was answered."""

    value: Literal["Valid", "Invalid"]
    provider: Literal["Admin", "User"]
    by: str
    now: int


async def give(services: Services, user: User, event_id: str, verdict: Verdict) -> AuthEvent:
    """Take in a verdict; the last word holds, from the next attempt on.

    Invalid ends the sessions that the event opened, in the same unit, where the pool wants that.

    Raises:
        NotFound: there is no such event of this user.
    """
    said = EventFeedback(value=verdict.value, provider=verdict.provider, date=verdict.now, by=verdict.by)

    async def work(tx: Transaction, event: AuthEvent) -> AuthEvent:
        pool = await tx.pools.get(user.pool)
        if said.value == "Invalid" and pool.revokes_on_invalid:
            await end_that_of(tx, event, verdict.now)
        return told(event, said)

    return await services.risk.feedback(user, event_id, said, work, now=verdict.now)


def told(event: AuthEvent, said: EventFeedback) -> AuthEvent:
    """The event with one more verdict; to say the same again adds nothing to its history.

    The history is bounded: what users said goes first, so that no link can talk an operator's word away.
    """
    history = event.verdicts
    last = history[-1] if history else None
    if last is None or (last.value, last.provider, last.by) != (said.value, said.provider, said.by):
        history = (*history, said)
    while len(history) > _MOST_VERDICTS:
        oldest = next((at for at, each in enumerate(history) if each.provider == USER), 0)
        history = history[:oldest] + history[oldest + 1 :]
    return replace(event, feedback=said, verdicts=history)


def marked_until(event: AuthEvent) -> int | None:
    """Until when an event's device is shown as risky: two weeks, whatever the user says of it.

    Whoever reads the user's mail can dismiss a notification; only an operator's Valid takes the mark off.
    None for what was no risk that anybody had to hear of.
    """
    was_risky = event.level in _MARKED_LEVELS or event.notice or event.decision == "Block"
    is_invalid = event.feedback is not None and event.feedback.value == "Invalid"
    if event.type != "SignIn" or not (was_risky or is_invalid):
        return None
    operators = [each for each in event.verdicts if each.provider == ADMINISTRATOR]
    is_cleared = bool(operators) and operators[-1].value == "Valid" and not is_invalid
    return None if is_cleared else event.time + MARKED_FOR


def is_marked(event: AuthEvent, now: int) -> bool:
    """Whether the mark is still on."""
    until = marked_until(event)
    return until is not None and now < until
