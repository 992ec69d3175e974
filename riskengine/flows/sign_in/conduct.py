"""Carries one request of a sign-in through: the pipeline, then one durable unit, then the answer."""

import dataclasses
from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from riskengine import api
from riskengine.entities import AuthEvent
from riskengine.flows.exported_logs import export_event
from riskengine.flows.services import Services
from riskengine.flows.sign_in.learning import with_lesson
from riskengine.flows.sign_in.notice import with_notice
from riskengine.flows.sign_in.pipeline import advance
from riskengine.flows.sign_in.state import Ended, Outcome, Refusal, SignIn, Visit
from riskengine.storage.errors import AlreadyExists, Conflict
from riskengine.storage.interface import Transaction
from riskengine.telemetry import count_sign_in

_TRIES = 8

Begin = Callable[[Transaction], Awaitable[tuple[SignIn, Visit]]]


async def conduct(services: Services, begin: Begin) -> Outcome:
    """The answer, once its event and all its effects are durable.

    Somebody else's change in between makes the request start over on what is true then.

    Raises:
        ApiError: what a refusal says, after it was recorded.
        TooManyRequestsException: when the same user's requests keep overtaking this one.
    """
    for _ in range(_TRIES):
        try:
            ended = await _attempt(services, begin)
        except Conflict:
            continue
        except AlreadyExists as error:
            if error.what != "spent":
                continue
            raise used_once() from None
        for afterwards in ended.sign_in.afterwards:
            afterwards()
        if ended.is_recorded:
            _warn(services, ended.sign_in)
            count_sign_in(ended.sign_in.event, is_scored=ended.sign_in.is_scored_now)
        if isinstance(ended.outcome, Refusal):
            raise ended.outcome.error
        return ended.outcome
    raise api.errors.TooManyRequestsException("Too many sign-ins of this user at once; try again")


def _warn(services: Services, sign_in: SignIn) -> None:
    """The gate hears how it ended: failures count against a place, good sign-ins for it."""
    event = sign_in.event
    place = services.gate.place(event.pool, event.address) if event.response != "InProgress" else None
    if place is None:
        return
    if event.response == "Fail":
        services.gate.failed(place)
    elif sign_in.user is not None:
        services.gate.succeeded(place, sign_in.user.sub)
        services.gate.remember(event.pool, place, sign_in.user.username)


async def _attempt(services: Services, begin: Begin) -> Ended:
    async with services.storage.transaction() as tx:
        sign_in, visit = await begin(tx)
        ended = await advance(sign_in, visit)
        ticket = ended.sign_in.ticket
        if ticket is not None and ended.is_spent:
            tx.spent.spend(visit.pool.id, ticket.id, ticket.expires)
        if not ended.is_recorded:
            return ended
        ended = await with_notice(await with_lesson(ended, visit), visit)
        sign_in = ended.sign_in
        event = _without_password(sign_in.event)
        if sign_in.is_event_stored:
            tx.events.save(event)
        else:
            tx.events.add(event)
        export_event(tx, visit.pool, event, visit.now)
    return ended


def _without_password(event: AuthEvent) -> AuthEvent:
    """What is stored says nothing of the password that was tried, not even as a digest."""
    if event.attempt is None or event.attempt.password is None:
        return event
    return replace(event, attempt=dataclasses.replace(event.attempt, password=None))


def used_once() -> api.errors.NotAuthorizedException:
    """The session was answered before."""
    return api.errors.NotAuthorizedException("Invalid session for the user, session can only be used once.")
