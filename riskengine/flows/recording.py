"""What people do around their account besides signing in: guarded like a sign-in, and always an event.

Signing up, asking for codes, choosing a new password: attackers go there next.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from msgspec.structs import replace

from riskengine import api
from riskengine.base.ids import new_uuid
from riskengine.base.secret import Secret
from riskengine.context.attempt import RawContext
from riskengine.entities import AuthEvent, Client, Pool, User
from riskengine.entities.event import EventResponse, EventType
from riskengine.flows.exported_logs import export_event
from riskengine.flows.observing import observe, subject_key
from riskengine.flows.passwords import require_conforming
from riskengine.flows.screening import REFUSED, ScreenedEvent, screened
from riskengine.flows.services import Services
from riskengine.flows.threat import ThreatPolicy, policy_for
from riskengine.storage.errors import AlreadyExists, Conflict
from riskengine.storage.interface import Transaction
from riskengine.telemetry import count_sign_in

T = TypeVar("T")

_TRIES = 8
_SCREENED: dict[EventType, ScreenedEvent] = {"SignUp": "SIGN_UP", "PasswordChange": "PASSWORD_CHANGE"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One call: who says to be whom, from where, and what it is an event of.

    `password` is the one that is to be set, which is screened. `response` is what a success leaves.
    """

    pool: Pool
    client: Client
    username: str
    user: User | None
    context: RawContext
    request_id: str
    now: int
    type: EventType
    response: EventResponse = "Pass"
    password: Secret | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def subject(self) -> str:
        """Under which tries count together: the sub, or a digest of a name that nobody has."""
        return subject_key(self.username, self.user)

    @property
    def hides_existence(self) -> bool:
        """Whether nobody may learn that a user name exists."""
        return self.client.hides_existence


@dataclass(frozen=True, slots=True)
class Refused:
    """An error whose unit is kept all the same: the failure has been counted in it."""

    error: api.ApiError


Work = Callable[[Transaction], Awaitable[T | Refused]]


async def recorded(services: Services, deed: Deed, work: Work[T]) -> T:
    """What `work` did, durable in one unit with its event; a failure is an event too.

    An error that `work` raises undoes everything it collected; one that it answers as `Refused`
    keeps it.

    Raises:
        NotAuthorizedException: the address is blocked.
        InvalidPasswordException: the new password breaks the policy, or is a known one.
    """
    threat = await policy_for(services.believed, deed.pool, deed.client.id)
    event = _event(services, deed, threat)
    try:
        event = await _judged(services, deed, threat, event)
        _require_harmless(deed, threat, event)
        outcome = await _performed(services, deed, event, work)
    except api.ApiError as error:
        await _fail(services, deed, _failed(event, error))
        raise
    if isinstance(outcome, Refused):
        count_sign_in(_failed(event, outcome.error))
        raise outcome.error
    count_sign_in(event)
    return outcome


async def _performed(services: Services, deed: Deed, event: AuthEvent, work: Work[T]) -> T | Refused:
    for _ in range(_TRIES):
        try:
            async with services.storage.transaction() as tx:
                outcome = await work(tx)
                if isinstance(outcome, Refused):
                    told = _failed(event, outcome.error)
                elif isinstance(outcome, User):
                    told = replace(event, sub=outcome.sub, username=outcome.username)
                else:
                    told = event
                _write(tx, deed, told)
        except (Conflict, AlreadyExists):
            # Somebody was first: what is true now decides, a name that was taken meanwhile too.
            continue
        return outcome
    raise api.errors.TooManyRequestsException("Too many requests for this user at once; try again")


async def _fail(services: Services, deed: Deed, event: AuthEvent) -> None:
    async with services.storage.transaction() as tx:
        _write(tx, deed, event)
    count_sign_in(event)


def _write(tx: Transaction, deed: Deed, event: AuthEvent) -> None:
    tx.events.add(event)
    export_event(tx, deed.pool, event, deed.now)


def _failed(event: AuthEvent, error: api.ApiError) -> AuthEvent:
    return replace(event, response="Fail", failure=error.type_name)


def _event(services: Services, deed: Deed, threat: ThreatPolicy) -> AuthEvent:
    observed = observe(
        services,
        deed.context,
        pool=deed.pool,
        client=deed.client,
        username=deed.username,
        user=deed.user,
        password=None,
    )
    return AuthEvent(
        pool=deed.pool.id,
        sub=deed.user.sub if deed.user else "",
        id=new_uuid(),
        time=deed.now,
        type=deed.type,
        response=deed.response,
        username=deed.user.username if deed.user else deed.subject,
        client=deed.client.id,
        request_id=deed.request_id,
        mode=threat.mode,
        address=observed.address,
        device_name=observed.device_name,
        city=observed.city,
        country=observed.country,
        timezone=observed.timezone,
        has_context=observed.has_context,
    )


async def _judged(services: Services, deed: Deed, threat: ThreatPolicy, event: AuthEvent) -> AuthEvent:
    """The event, with what threat protection has to say; no risk is scored here."""
    is_compromised = False
    is_refused = threat.is_blocked(event.address)
    kind = _SCREENED.get(deed.type)
    if kind is not None and deed.password is not None and not is_refused:
        is_compromised = await screened(services.screening, threat, deed.pool.id, kind, deed.password)
        is_refused = is_compromised and threat.blocks_compromised(kind)
    verdict = {"decision": "Block", "action": "BLOCK"} if is_refused else {}
    return replace(event, is_compromised=is_compromised, **verdict)


def _require_harmless(deed: Deed, threat: ThreatPolicy, event: AuthEvent) -> None:
    if threat.is_blocked(event.address):
        raise api.errors.NotAuthorizedException("Request not allowed due to security reasons.")
    if deed.password is None:
        return
    require_conforming(deed.pool, deed.password)
    if event.action == "BLOCK":
        raise api.errors.InvalidPasswordException(REFUSED)
