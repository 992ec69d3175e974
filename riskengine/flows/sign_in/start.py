"""The first request of a sign-in: which client, which flow, which user, from where."""

from collections.abc import Mapping

from riskengine import api
from riskengine.base.ids import new_uuid
from riskengine.base.secret import Secret
from riskengine.credentials.decoys import decoy_user_id
from riskengine.entities import AuthEvent, User
from riskengine.flows.client_secrets import require_secret_hash
from riskengine.flows.gate import Place
from riskengine.flows.observing import observe, subject_key
from riskengine.flows.sign_in.conduct import conduct
from riskengine.flows.sign_in.state import Arrival, Outcome, SignedIn, SignIn, Visit, brings_proof
from riskengine.flows.test_mode import forced
from riskengine.flows.threat import policy_for
from riskengine.risk.familiar import is_familiar
from riskengine.storage.interface import Transaction

# The flow's own name, and the names in ExplicitAuthFlows that allow it.
FLOWS: Mapping[str, tuple[str, ...]] = {
    "USER_PASSWORD_AUTH": ("ALLOW_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH"),
    "USER_SRP_AUTH": ("ALLOW_USER_SRP_AUTH",),
    "ADMIN_USER_PASSWORD_AUTH": ("ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"),
    "CUSTOM_AUTH": ("ALLOW_CUSTOM_AUTH", "CUSTOM_AUTH_FLOW_ONLY"),
    "USER_AUTH": ("ALLOW_USER_AUTH",),
}
_OLD_NAMES = {"ADMIN_NO_SRP_AUTH": "ADMIN_USER_PASSWORD_AUTH"}
# What a client that names no flows may do; one that names old ones may do SRP and custom challenges too,
# unless it says CUSTOM_AUTH_FLOW_ONLY.
_DEFAULT_FLOWS = ("ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH")
_LEGACY_FLOWS = frozenset({"ADMIN_NO_SRP_AUTH", "CUSTOM_AUTH_FLOW_ONLY", "USER_PASSWORD_AUTH"})
_LONGEST_USERNAME = 2048


async def start(arrival: Arrival, flow: str) -> Outcome:
    """Begin a sign-in with a flow of `FLOWS`, under either of its names."""
    flow = allowed_flow(arrival, flow)
    username = required_username(arrival.answers)
    require_secret_hash(arrival.services, arrival.client, username, arrival.answers.get("SECRET_HASH"))

    place = await _admitted(arrival, username)

    async def begin(tx: Transaction) -> tuple[SignIn, Visit]:
        unknown = name_of_nobody(arrival, username)
        records = await tx.sign_ins.find(
            arrival.pool.id, arrival.pool.username_key(username), nobody=subject_key(unknown, None)
        )
        user = records.user
        name = user.username if user else unknown
        visit = await visit_of(arrival, tx, name, user, flow)
        key = arrival.answers.get("DEVICE_KEY")
        sign_in = SignIn(
            flow=flow,
            username=name,
            user=user,
            lockout=records.lockout,
            profile=records.profile,
            groups=records.groups,
            event=new_event(visit, new_uuid(), name, user),
            device_key=key.reveal() if key else "",
            presents_proof=brings_proof(flow, "", arrival.answers),
        )
        return sign_in, visit

    try:
        outcome = await conduct(arrival.services, begin)
    finally:
        if place is not None:
            arrival.services.gate.release(place)
    if place is not None and isinstance(outcome, SignedIn):
        arrival.services.gate.remember(arrival.pool.id, place, arrival.pool.username_key(username))
    return outcome


async def _admitted(arrival: Arrival, username: str) -> Place | None:
    """Its place; refuse at once where floods of failures come from, unless the user is known there."""
    pool, services = arrival.pool, arrival.services
    name = pool.username_key(username)

    place = services.gate.place(pool.id, arrival.context.address)
    if place is None:
        return None

    async def is_known_there() -> bool:
        user = await services.storage.users.find(pool.id, name)
        # Nobody's is read too: a refusal takes the same time for all.
        stored = await services.storage.profiles.find(pool.id, user.sub if user else "-")
        observed = observe(
            services,
            arrival.context,
            pool=pool,
            client=arrival.client,
            username=username,
            user=user,
            password=None,
        )
        if user is None:
            return False
        return services.gate.knows(place, user.sub) or is_familiar(observed.attempt, stored.profile)

    await services.gate.admit(pool.id, place, name, is_known_there)
    return place


def allowed_flow(arrival: Arrival, flow: str) -> str:
    """Today's name of the flow.

    Raises:
        InvalidParameterException: when the client does not allow it, or this door does not take it.
    """
    name = _OLD_NAMES.get(flow, flow)
    is_admin_flow = name.startswith("ADMIN_")
    if is_admin_flow and not arrival.is_admin:
        raise api.errors.InvalidParameterException("Initiate Auth method not supported.")
    if name not in FLOWS:
        raise api.errors.InvalidParameterException("Initiate Auth method not supported.")
    allowed = set(arrival.client.description.explicit_auth_flows or _DEFAULT_FLOWS)
    if allowed & _LEGACY_FLOWS and "CUSTOM_AUTH_FLOW_ONLY" not in allowed:
        allowed.update(_DEFAULT_FLOWS)
    if allowed.intersection(FLOWS[name]):
        return name
    if name == "CUSTOM_AUTH" and not arrival.is_admin:
        raise api.errors.InvalidParameterException("CUSTOM_AUTH is not enabled for the client.")
    text = (
        "Auth flow not enabled for this client"
        if arrival.is_admin
        else f"{flow} flow not enabled for this client"
    )
    raise api.errors.InvalidParameterException(text)


def required_username(answers: Mapping[str, Secret]) -> str:
    """The user name among the answers.

    Raises:
        InvalidParameterException: when it is missing, empty or absurdly long.
    """
    username = answers.get("USERNAME")
    if not username:
        raise api.errors.InvalidParameterException("Missing required parameter USERNAME")
    if len(username) > _LONGEST_USERNAME or "\0" in username.reveal():
        raise api.errors.InvalidParameterException("USERNAME is not a user name")
    return username.reveal()


def name_of_nobody(arrival: Arrival, username: str) -> str:
    """The user name that this address would stand for, if somebody had it.

    Where people sign in by an address, a known one answers with another name (USER_ID_FOR_SRP):
    so must an unknown one, always with the same.
    """
    description = arrival.pool.description
    by_address = description.username_attributes or (
        description.alias_attributes and ("@" in username or username.startswith("+"))
    )
    if not by_address:
        return username
    key = arrival.services.sealer.derived("decoy", arrival.pool.id)
    return decoy_user_id(key, arrival.pool.id, username)


async def visit_of(arrival: Arrival, tx: Transaction, username: str, user: User | None, flow: str) -> Visit:
    """Everything that the steps may ask about this request."""
    observed = observe(
        arrival.services,
        arrival.context,
        pool=arrival.pool,
        client=arrival.client,
        username=username,
        user=user,
        password=arrival.answers.get("PASSWORD"),
    )
    return Visit(
        services=arrival.services,
        now=arrival.now,
        request_id=arrival.request_id,
        pool=arrival.pool,
        client=arrival.client,
        is_admin=arrival.is_admin,
        answers=arrival.answers,
        observed=observed,
        threat=await policy_for(
            arrival.services.believed, arrival.pool, arrival.client.id, is_custom=flow == "CUSTOM_AUTH"
        ),
        tx=tx,
        metadata=arrival.metadata,
        session=arrival.session,
        forced=forced(arrival.pool, arrival.context, username, user),
    )


def new_event(visit: Visit, id_: str, username: str, user: User | None) -> AuthEvent:
    """The event of this sign-in, still without an end."""
    observed = visit.observed
    return AuthEvent(
        pool=visit.pool.id,
        sub=user.sub if user else "",
        id=id_,
        time=visit.now,
        type="SignIn",
        response="InProgress",
        # A name that nobody has may be a password typed into the wrong field.
        username=user.username if user else subject_key(username, None),
        client=visit.client.id,
        request_id=visit.request_id,
        mode=visit.threat.mode,
        address=observed.address,
        device_name=observed.device_name,
        city=observed.city,
        country=observed.country,
        timezone=observed.timezone,
        has_context=observed.has_context,
    )
