"""Entities for the storage contract: valid by default, override what matters; and strategies for all."""

from typing import Any, get_args, get_origin, get_type_hints

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from riskengine import api
from riskengine.entities import (
    AccessKey,
    AuthEvent,
    Client,
    Credential,
    EventFeedback,
    EventReason,
    Group,
    Lockout,
    Pool,
    RiskConfiguration,
    Session,
    SigningKey,
    SoftwareToken,
    User,
)
from riskengine.risk import Profile
from riskengine.risk.attempt import Agent, Attempt, Device, Network

# Each example has its own pool or user, so the store can stay; a busy machine is no fault.
FEW = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

POOL = "eu-west-1_AbCdEfGhI"
NOW = 1_790_000_000_000_000


def a_pool(**over: Any) -> Pool:
    name = over.get("id", POOL)
    return Pool(
        **{
            "id": name,
            "created": NOW,
            "modified": NOW,
            "description": api.UserPoolType(id=name, name="customers", mfa_configuration="OPTIONAL"),
            **over,
        }
    )


def a_client(**over: Any) -> Client:
    return Client(
        **{
            "pool": POOL,
            "id": "client-1",
            "created": NOW,
            "modified": NOW,
            "description": api.UserPoolClientType(client_name="web"),
            **over,
        }
    )


def a_user(sub: str = "sub-1", **over: Any) -> User:
    return User(
        **{
            "pool": POOL,
            "sub": sub,
            "username": f"name of {sub}",
            "created": NOW,
            "modified": NOW,
            "status": "CONFIRMED",
            **over,
        }
    )


def a_group(name: str = "admins", **over: Any) -> Group:
    return Group(**{"pool": POOL, "name": name, "created": NOW, "modified": NOW, **over})


def an_event(id_: str = "event-1", **over: Any) -> AuthEvent:
    return AuthEvent(
        **{
            "pool": POOL,
            "sub": "sub-1",
            "id": id_,
            "time": NOW,
            "type": "SignIn",
            "response": "Pass",
            "username": "alice",
            "client": "client-1",
            **over,
        }
    )


def a_session(id_: str = "session-1", **over: Any) -> Session:
    return Session(
        **{
            "pool": POOL,
            "id": id_,
            "client": "client-1",
            "sub": "sub-1",
            "refresh_hash": id_.encode(),
            "created": NOW,
            "expires": NOW + 10,
            "event_id": "event-1",
            **over,
        }
    )


def a_signing_key(kid: str = "kid-1", **over: Any) -> SigningKey:
    return SigningKey(
        **{
            "pool": POOL,
            "kid": kid,
            "use": "id",
            "private": b"\0sealed",
            "public_jwk": {"kty": "RSA", "kid": kid},
            "created": NOW,
            **over,
        }
    )


def an_access_key(id_: str = "AKIA1", **over: Any) -> AccessKey:
    return AccessKey(**{"id": id_, "secret": b"\0sealed", "created": NOW, **over})


def a_risk_configuration(client: str = "", **over: Any) -> RiskConfiguration:
    return RiskConfiguration(
        **{
            "pool": POOL,
            "client": client,
            "modified": NOW,
            "description": api.RiskConfigurationType(user_pool_id=POOL, client_id=client or None),
            **over,
        }
    )


# Text that both databases hold as a key: no NUL, no lone surrogate, bounded.
keys = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
times = st.integers(min_value=-(2**62), max_value=2**62)
versions = st.integers(min_value=0, max_value=2**40)
numbers = st.floats(allow_nan=False)
factors = st.sampled_from(["SOFTWARE_TOKEN_MFA", "SMS_MFA", "EMAIL_OTP"])


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


credentials = st.builds(Credential, salt=texts, verifier=st.binary(max_size=40), set_at=times)

users = st.builds(
    User,
    pool=keys,
    sub=keys,
    username=texts,
    created=times,
    modified=times,
    status=st.sampled_from(["UNCONFIRMED", "CONFIRMED", "FORCE_CHANGE_PASSWORD", "EXTERNAL_PROVIDER"]),
    is_enabled=st.booleans(),
    attributes=st.dictionaries(st.sampled_from(["email", "name", "custom:size"]) | texts, texts, max_size=4),
    credential=maybe(credentials),
    temporary_until=maybe(times),
    software_token=maybe(
        st.builds(
            SoftwareToken,
            secret=st.binary(max_size=40),
            is_verified=st.booleans(),
            last_step=times,
            device_name=maybe(texts),
        )
    ),
    mfa_enabled=st.lists(factors, max_size=3).map(tuple),
    mfa_preferred=maybe(factors),
    unproved=st.dictionaries(texts, texts, max_size=2),
    former_credentials=st.lists(credentials, max_size=2).map(tuple),
    mfa_options=st.lists(texts, max_size=2).map(tuple),
    signed_out_at=times,
    version=versions,
)

attempts = st.builds(
    Attempt,
    time=numbers,
    user=texts,
    network=st.builds(
        Network, ip=maybe(texts), asn=maybe(times), latitude=maybe(numbers), kinds=st.frozensets(texts)
    ),
    agent=st.builds(Agent, exact=maybe(texts), browser_version=maybe(times)),
    device=st.builds(Device, id=maybe(texts), born=maybe(numbers), faults=st.lists(texts).map(tuple)),
    language=maybe(texts),
    mismatches=st.lists(texts, max_size=3).map(tuple),
    user_exists=st.booleans(),
)

events = st.builds(
    AuthEvent,
    pool=keys,
    sub=st.just("") | keys,
    id=keys,
    time=times,
    type=st.sampled_from(["SignIn", "SignUp", "ForgotPassword"]),
    response=st.sampled_from(["Pass", "Fail", "InProgress"]),
    username=texts,
    client=texts,
    request_id=texts,
    failure=maybe(texts),
    score=maybe(times),
    level=maybe(st.sampled_from(["None", "Low", "Medium", "High"])),
    decision=maybe(st.sampled_from(["NoRisk", "AccountTakeover", "Block"])),
    reasons=st.lists(st.builds(EventReason, code=texts, points=times, text=texts), max_size=3).map(tuple),
    is_compromised=st.booleans(),
    challenges=st.lists(st.tuples(texts, texts), max_size=2).map(tuple),
    address=maybe(texts),
    attempt=maybe(attempts),
    learning=st.sampled_from(["pending", "learned", "quarantined", "refused"]),
    feedback=maybe(st.builds(EventFeedback, value=st.just("Invalid"), provider=texts, date=times)),
    version=versions,
)

sessions = st.builds(
    Session,
    pool=keys,
    id=keys,
    client=texts,
    sub=keys,
    refresh_hash=st.binary(min_size=1, max_size=64),
    created=times,
    expires=times,
    event_id=texts,
    scopes=st.lists(texts, max_size=3).map(tuple),
    is_revoked=st.booleans(),
    previous_hash=maybe(st.binary(min_size=1, max_size=64)),
    rotated_at=times,
    device_key=texts,
    version=versions,
)

lockouts = st.builds(Lockout, failures=times, last_failure=times, locked_until=times)


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a plain annotation: numbers, texts, tuples, dictionaries, and None."""
    if hint in _PLAIN:
        return _PLAIN[hint]
    parts = get_args(hint)
    if get_origin(hint) is dict:
        return st.dictionaries(*map(values_of, parts), max_size=3)
    if get_origin(hint) is tuple and parts[-1] is Ellipsis:
        return st.lists(values_of(parts[0]), max_size=3).map(tuple)
    if get_origin(hint) is tuple:
        return st.tuples(*map(values_of, parts))
    return st.one_of(*map(values_of, parts))


_PLAIN = {int: times, float: numbers, str: texts, bool: st.booleans(), type(None): st.none()}

profiles = st.builds(Profile, **{name: values_of(hint) for name, hint in get_type_hints(Profile).items()})
