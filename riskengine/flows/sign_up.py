"""People sign themselves up: the pool's rules, the client's rights, and the security checks in between."""

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from riskengine import api
from riskengine.base.ids import new_uuid
from riskengine.base.secret import Secret
from riskengine.context.attempt import Observed, RawContext
from riskengine.entities import AuthEvent, Client, Pool, User
from riskengine.flows import accounts, attributes
from riskengine.flows.observing import observe
from riskengine.flows.passwords import new_credential, require_conforming
from riskengine.flows.services import Services
from riskengine.flows.threat import ThreatPolicy, policy_for
from riskengine.telemetry import count_compromised, count_sign_in, count_success


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What somebody asks for at sign-up, and from where."""

    pool: Pool
    client: Client
    username: str
    password: Secret
    attributes: Mapping[str, str]
    context: RawContext
    request_id: str
    now: int


async def sign_up(services: Services, registration: Registration) -> User:
    """A new user who is not confirmed yet; success and refusal are events, durable before the answer.

    Raises:
        ApiError: the pool, the client or threat protection does not allow it.
    """
    pool, client = registration.pool, registration.client
    threat = await policy_for(services.storage, pool, client.id)
    event = _judged(services, registration, threat)
    try:
        _require_harmless(registration, threat, event)
        user = _new_user(services, registration)
        with accounts.names_contested(pool, user, is_new=True):
            async with services.storage.transaction() as tx:
                await accounts.add(tx, pool, user)
                tx.events.add(replace(event, sub=user.sub, username=user.username))
    except api.ApiError as error:
        failed = replace(event, response="Fail", failure=error.type_name)
        async with services.storage.transaction() as tx:
            tx.events.add(failed)
        count_sign_in(failed)
        raise
    count_sign_in(event)
    count_success("SignUp", pool.id, client.id)
    return user


def _judged(services: Services, registration: Registration, threat: ThreatPolicy) -> AuthEvent:
    """The event, with what threat protection has to say; sign-ups get no risk score."""
    observed = _observed(services, registration)
    is_blocked = threat.is_blocked(observed.address)
    is_compromised = threat.screens("SIGN_UP") and services.breached.is_compromised(registration.password)
    is_refused = is_blocked or (is_compromised and threat.blocks_compromised("SIGN_UP"))
    if is_compromised:
        count_compromised(registration.pool.id, "SignUp")
    return AuthEvent(
        pool=registration.pool.id,
        sub="",
        id=new_uuid(),
        time=registration.now,
        type="SignUp",
        response="InProgress",
        username=registration.username,
        client=registration.client.id,
        request_id=registration.request_id,
        mode=threat.mode,
        decision="Block" if is_refused else None,
        action="BLOCK" if is_refused else None,
        is_compromised=is_compromised,
        address=observed.address,
        device_name=observed.device_name,
        city=observed.city,
        country=observed.country,
        timezone=observed.timezone,
        has_context=observed.has_context,
    )


def _observed(services: Services, registration: Registration) -> Observed:
    return observe(
        services,
        registration.context,
        pool=registration.pool,
        client=registration.client,
        username=registration.username,
        user=None,
        password=None,
    )


def _require_harmless(registration: Registration, threat: ThreatPolicy, event: AuthEvent) -> None:
    if threat.is_blocked(event.address):
        raise api.errors.NotAuthorizedException("Request not allowed due to security reasons.")
    require_conforming(registration.pool, registration.password)
    if event.is_compromised and threat.blocks_compromised("SIGN_UP"):
        raise api.errors.InvalidPasswordException("Provided password cannot be used for security reasons.")


def _new_user(services: Services, registration: Registration) -> User:
    pool, given = registration.pool, registration.attributes
    attributes.require_writable(registration.client, given)
    user = accounts.new_user(pool, registration.username, given, "UNCONFIRMED", registration.now)
    attributes.require_complete(pool, user.attributes)
    credential = new_credential(services, pool, user.username, registration.password, registration.now)
    return replace(user, credential=credential)
