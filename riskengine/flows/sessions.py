"""Sessions as their users see them, where the pool tracks them: named, listed, limited, ended."""

from collections.abc import Sequence

from msgspec.structs import replace

from riskengine import api
from riskengine.base.clock import DAY, to_seconds
from riskengine.context.attempt import RawContext
from riskengine.entities import AuthEvent, Client, Pool, Seen, Session, User
from riskengine.flows.observing import observe
from riskengine.flows.services import Services
from riskengine.storage.interface import Reader, Transaction

_MOST_READ, _MOST_LISTED = 1000, 125
_PREFIX = "tkn"
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_LENGTH = 25  # in base 36: room for the 128 bits of a session's id
_UNKNOWN = "unknown"


def session_id(session: Session) -> str:
    """The API's name of a session: "tkn" and its id in base 36."""
    number, digits = int(session.id.replace("-", ""), 16), ""
    for _ in range(_LENGTH):
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return _PREFIX + digits


def require_tracking(pool: Pool) -> None:
    """Raises OperationNotEnabledException where the pool does not track sessions."""
    if not pool.tracks_sessions:
        raise api.errors.OperationNotEnabledException(
            f"Session tracking is not enabled for user pool {pool.id}."
        )


async def active(reader: Reader, user: User, now: int) -> list[Session]:
    """The user's sessions that live, the last used first."""
    found = await reader.sessions.of_user(user.pool, user.sub, now=now, limit=_MOST_READ)
    living = [session for session in found if session.created > user.signed_out_at]
    return sorted(living, key=_last_use, reverse=True)


async def make_room(tx: Transaction, pool: Pool, user: User, now: int) -> None:
    """End the sessions that were not used for longest, so that one more stays within the pool's limit."""
    living = await active(tx, user, now)
    for session in living[pool.most_sessions - 1 :]:
        tx.sessions.save(replace(session, is_revoked=True))


async def end(tx: Transaction, user: User, id_: str, now: int) -> Session:
    """End one of the user's sessions, named as `session_id` names it.

    Raises:
        ResourceNotFoundException: the user has no such living session.
    """
    for session in await active(tx, user, now):
        if session_id(session) == id_:
            tx.sessions.save(replace(session, is_revoked=True))
            return session
    raise api.errors.ResourceNotFoundException(f"Session {id_} does not exist.")


async def end_that_of(tx: Transaction, event: AuthEvent, now: int) -> None:
    """End the session that an event opened, and forget a device registered in it; access tokens die too."""
    if event.session:
        opened = await tx.sessions.find(event.pool, event.session)
        if opened is not None and not opened.is_revoked:
            await _end(tx, opened)
    elif event.response == "Pass":
        await _end_by_event(tx, event, now)


async def _end_by_event(tx: Transaction, event: AuthEvent, now: int) -> None:
    """Where an earlier release has not noted which session it was, all of the user's are looked through."""
    after = ""
    while True:
        # A day back: access tokens may outlive the refresh token by that much.
        found = await tx.sessions.of_user(event.pool, event.sub, now=now - DAY, limit=_MOST_READ, after=after)
        for session in found:
            if session.event_id == event.id:
                await _end(tx, session)
        if len(found) < _MOST_READ:
            return
        after = found[-1].id


async def _end(tx: Transaction, session: Session) -> None:
    tx.sessions.save(replace(session, is_revoked=True))
    await _forget_device(tx, session)


async def _forget_device(tx: Transaction, session: Session) -> None:
    """A remembered device would stand in for a second factor."""
    if not session.device_key:
        return
    device = await tx.devices.find(session.pool, session.sub, session.device_key)
    if device is not None and device.created >= session.created:
        tx.devices.delete(device)


def end_all(tx: Transaction, user: User, now: int) -> None:
    """Save a user, signed out everywhere."""
    tx.users.save(replace(user, signed_out_at=now))
    tx.sessions.revoke_all(user.pool, user.sub)


def described(sessions: Sequence[Session], current: str | None) -> list[api.SessionDescriptionType]:
    """Sessions in the API's shape; `current` is the id behind the caller's token."""
    return [_described(session, is_current=session.id == current) for session in sessions[:_MOST_LISTED]]


def seen_at_sign_in(event: AuthEvent, now: int) -> Seen:
    """Where a sign-in came from, as its event says."""
    return Seen(
        time=now,
        address=event.address,
        device_name=event.device_name,
        city=event.city,
        country=event.country,
    )


def seen_at_refresh(services: Services, client: Client, pool: Pool, user: User, context: RawContext) -> Seen:
    """Where a refresh comes from."""
    observed = observe(
        services, context, pool=pool, client=client, username=user.username, user=user, password=None
    )
    return Seen(
        time=context.time,
        address=observed.address,
        device_name=observed.device_name,
        city=observed.city,
        country=observed.country,
    )


def _last_use(session: Session) -> int:
    return session.seen.time if session.seen else session.created


def _described(session: Session, *, is_current: bool) -> api.SessionDescriptionType:
    seen = session.seen or Seen(time=session.created)
    return api.SessionDescriptionType(
        session_id=session_id(session),
        session_type="TOKEN",
        client_id=session.client,
        create_date=to_seconds(session.created),
        last_active_date=to_seconds(seen.time),
        device_type=seen.device_name or _UNKNOWN,
        last_ip_address=seen.address,
        last_location=api.SessionLocationType(city=seen.city, country=seen.country or _UNKNOWN),
        is_current_session=is_current,
    )
