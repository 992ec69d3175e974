"""What the end of a request teaches the engine: durable with its event, taken in right after."""

from msgspec.structs import replace

from riskengine.flows.event_facts import outcome_of
from riskengine.flows.observations import Finished, Lesson
from riskengine.flows.sign_in.state import Ended, Visit


async def with_lesson(ended: Ended, visit: Visit) -> Ended:
    """The end, with the user's profile brought up to date in the same unit.

    While a challenge is outstanding nothing is learned: its answer decides what the attempt was.
    """
    sign_in = ended.sign_in
    event, desk = sign_in.event, visit.services.risk
    if event.attempt is None:
        return ended
    outcome = outcome_of(event)
    if outcome is None:
        desk.tell(visit.tx, event.pool, await desk.asked(event))
        return ended
    stored = sign_in.profile
    conclusion = await desk.conclude(event, stored.profile, outcome)
    if event.sub:
        desk.save_profile(visit.tx, event.pool, event.sub, stored, conclusion.profile)
    learning = "learned" if conclusion.learned else "quarantined" if conclusion.quarantined else "refused"
    desk.tell(visit.tx, event.pool, Finished(event.id, Lesson.of(conclusion)))
    return replace(ended, sign_in=replace(sign_in, event=replace(event, learning=learning)))
