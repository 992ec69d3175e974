"""What people do around their account besides signing in: guarded like a sign-in, and always an event.

Signing up, asking for codes, choosing a new password: attackers go there next, so the same engine scores
it. Of the configured responses only BLOCK has a meaning here, and it stops nobody who comes from where the
user is known: an owner can always recover the account from home. Asking for a second factor, whose loss
may be what is being recovered, would lock owners out. docs/threat-protection.md has the table.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from msgspec.structs import replace

from riskengine import api
from riskengine.base.ids import new_uuid
from riskengine.base.secret import Secret
from riskengine.context.attempt import Observed, RawContext
from riskengine.entities import AuthEvent, Client, Pool, User
from riskengine.entities.event import EventResponse, EventType
from riskengine.flows.exported_logs import export_event
from riskengine.flows.observing import observe, subject_key
from riskengine.flows.passwords import require_conforming
from riskengine.flows.risk_desk import with_assessment
from riskengine.flows.screening import REFUSED, ScreenedEvent, screened
from riskengine.flows.services import Services
from riskengine.flows.test_mode import Forced, as_forced, forced
from riskengine.flows.threat import ThreatPolicy, policy_for
from riskengine.risk import Action, Assessment, Attempt, Level, decide
from riskengine.risk.decision import RiskDecision
from riskengine.risk.familiar import is_familiar
from riskengine.storage.errors import AlreadyExists, Conflict
from riskengine.storage.interface import NO_PROFILE, Transaction
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
    is_stoppable: bool = True  # by its risk

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


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the risk of an act comes to. `attempt` is what a verdict on the event can teach."""

    assessment: Assessment | None = None  # None: no risk was computed
    attempt: Attempt | None = None
    action: Action = Action.NO_ACTION  # that is applied, or would be in ENFORCED mode
    is_stopped: bool = False

    @property
    def error(self) -> api.ApiError:
        """What somebody who is stopped is told."""
        return api.errors.NotAuthorizedException("Unable to login because of security reasons.")

    def require_passed(self) -> None:
        """Raises NotAuthorizedException if the act is stopped."""
        if self.is_stopped:
            raise self.error


_UNRULED = Ruling()
Work = Callable[[Transaction, Ruling], Awaitable[T | Refused]]


async def recorded(services: Services, deed: Deed, work: Work[T]) -> T:
    """What `work` did, durable in one unit with its event; a failure is an event too.

    `work` is told what the risk comes to, and obeys where that gives nobody's existence away. An error
    that it raises undoes everything it collected; one that it answers as `Refused` keeps it.

    Raises:
        NotAuthorizedException: the address is blocked.
        InvalidPasswordException: the new password breaks the policy, or is a known one.
    """
    threat = await policy_for(services.believed, deed.pool, deed.client.id)
    observed = _observed(services, deed)
    event = _event(deed, threat, observed)
    try:
        wanted = forced(deed.pool, deed.context, deed.username, deed.user)
        ruling = await _ruled(services, deed, threat, observed, wanted)
        event = await _judged(services, deed, threat, _told(event, ruling), wanted)
        _require_harmless(deed, threat, event)
        outcome = await _performed(services, deed, event, ruling, work)
    except api.ApiError as error:
        await _fail(services, deed, _failed(event, error))
        raise
    if isinstance(outcome, Refused):
        count_sign_in(_failed(event, outcome.error))
        raise outcome.error
    count_sign_in(event)
    return outcome


async def _performed(
    services: Services, deed: Deed, event: AuthEvent, ruling: Ruling, work: Work[T]
) -> T | Refused:
    for _ in range(_TRIES):
        try:
            async with services.storage.transaction() as tx:
                outcome = await work(tx, ruling)
                if isinstance(outcome, Refused):
                    told = _failed(event, outcome.error)
                elif ruling.is_stopped:
                    told = _failed(event, ruling.error)  # which nobody was told
                elif isinstance(outcome, User):
                    told = replace(event, sub=outcome.sub, username=outcome.username)
                    await _seed(services, tx, deed, ruling, outcome)
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


def _observed(services: Services, deed: Deed) -> Observed:
    return observe(
        services,
        deed.context,
        pool=deed.pool,
        client=deed.client,
        username=deed.username,
        user=deed.user,
        password=None,
    )


def _event(deed: Deed, threat: ThreatPolicy, observed: Observed) -> AuthEvent:
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


async def _ruled(
    services: Services, deed: Deed, threat: ThreatPolicy, observed: Observed, wanted: Forced
) -> Ruling:
    """Scored as a sign-in from here would be."""
    if threat.is_blocked(observed.address) or not threat.scores(observed.address):
        return _UNRULED
    attempt = observed.attempt
    stored = await services.storage.profiles.find(deed.pool.id, deed.user.sub) if deed.user else NO_PROFILE
    assessment = await services.risk.assess(deed.pool, deed.client.id, stored.profile, attempt)
    if wanted:
        assessment = as_forced(assessment, wanted)
    stops = deed.is_stoppable and decide(assessment, threat.policy).action is Action.BLOCK
    # A level that a test forces is not met at home.
    stops = stops and (wanted.level is not None or not is_familiar(attempt, stored.profile))
    return Ruling(
        assessment=assessment,
        attempt=None if wanted else attempt,
        action=Action.BLOCK if stops else Action.NO_ACTION,
        is_stopped=stops and threat.mode == "ENFORCED",
    )


def _told(event: AuthEvent, ruling: Ruling) -> AuthEvent:
    assessment = ruling.assessment
    if assessment is None:
        return event
    passed: RiskDecision = "NoRisk" if assessment.level is Level.NONE else "AccountTakeover"
    decision: RiskDecision = "Block" if ruling.action is Action.BLOCK else passed
    event = replace(event, decision=decision, action=ruling.action.value)
    return with_assessment(event, ruling.attempt, assessment)


async def _seed(services: Services, tx: Transaction, deed: Deed, ruling: Ruling, user: User) -> None:
    """Where somebody signed up is no stranger's place at the first sign-in."""
    is_new = deed.type == "SignUp" and user.status == "CONFIRMED"
    assessment, attempt = ruling.assessment, ruling.attempt
    if not is_new or attempt is None or assessment is None or assessment.level >= Level.MEDIUM:
        return
    # Only who is confirmed by a code, not by a trigger, has proved something.
    await services.risk.seed(tx, user, attempt, is_proven=deed.user is not None)


async def _judged(
    services: Services, deed: Deed, threat: ThreatPolicy, event: AuthEvent, wanted: Forced
) -> AuthEvent:
    """The event, with what the lists and the known passwords have to say."""
    is_compromised = False
    is_refused = threat.is_blocked(event.address)
    kind = _SCREENED.get(deed.type)
    if kind is not None and deed.password is not None and not is_refused:
        told = wanted.is_compromised
        is_compromised = await screened(
            services.screening, threat, deed.pool.id, kind, deed.password, forced=told
        )
        is_refused = is_compromised and threat.blocks_compromised(kind)
    if is_refused:
        event = replace(event, decision="Block", action="BLOCK")
    return replace(event, is_compromised=is_compromised)


def _require_harmless(deed: Deed, threat: ThreatPolicy, event: AuthEvent) -> None:
    if threat.is_blocked(event.address):
        raise api.errors.NotAuthorizedException("Request not allowed due to security reasons.")
    if deed.password is None:
        return
    require_conforming(deed.pool, deed.password)
    kind = _SCREENED.get(deed.type)
    if event.is_compromised and kind is not None and threat.blocks_compromised(kind):
        raise api.errors.InvalidPasswordException(REFUSED)
