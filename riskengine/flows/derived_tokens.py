"""A token for another service out of a user's token (RFC 8693): fewer scopes, never a longer life."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from riskengine import api
from riskengine.base.clock import SECOND
from riskengine.base.ids import new_uuid
from riskengine.base.secret import Secret
from riskengine.entities import Client, Pool, Session, User
from riskengine.flows.services import Services
from riskengine.flows.token_hook import customised
from riskengine.flows.token_issuer import Grant, lifetimes_of
from riskengine.tokens import claims, jwt
from riskengine.tokens.keys import public_of

IMPERSONATION = "ALLOW_TOKEN_EXCHANGE_IMPERSONATION"
DELEGATION = "ALLOW_TOKEN_EXCHANGE_DELEGATION"
_MOST_ACTORS = 8  # one acting for another acting for another
_USES = {"ACCESS_TOKEN": "access", "ID_TOKEN": "id"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a client asks for."""

    subject: Secret
    subject_type: str
    actor: Secret | None
    actor_type: str | None
    scopes: Sequence[str] | None
    audience: str | None
    type: str


@dataclass(frozen=True, slots=True)
class Derived:
    """The new token; `scopes` are None for an ID token."""

    token: Secret
    expires_in: int
    scopes: tuple[str, ...] | None


async def derive(services: Services, pool: Pool, client: Client, wanted: Wanted, now: int) -> Derived:
    """The token for another service.

    Raises:
        InvalidParameterException: the client may not exchange tokens, or asks for what can't be.
        NotAuthorizedException: a token is not good, or not any longer.
        UserLambdaValidationException, UnexpectedLambdaException, InvalidLambdaResponseException:
            of the PreTokenGeneration trigger.
    """
    flow = IMPERSONATION if wanted.actor is None else DELEGATION
    if flow not in (client.description.explicit_auth_flows or ()):
        raise api.errors.InvalidParameterException(f"{flow} flow not enabled for this client")
    subject = await _verified(services, pool, wanted.subject, wanted.subject_type, now)
    user, session = await _living(services, pool, subject)
    act = await _act(services, pool, wanted, subject, now)
    scopes = _scopes(client, wanted, subject)
    grant = Grant(
        pool,
        client,
        user,
        await services.storage.groups.of_user(pool.id, user.sub),
        event_id=session.event_id,
        device_key=str(subject.get("device_key") or ""),
    )
    customisation = await customised(services, grant, source="TokenExchange", scopes=scopes, metadata={})
    grant = dataclasses.replace(grant, customisation=customisation)
    seconds = now // SECOND
    lives = lifetimes_of(client)
    expires = min(seconds + (lives.id if wanted.type == "ID_TOKEN" else lives.access), subject["exp"])
    made = services.tokens.claims_of(grant, session, scopes, now)
    content = made.id(new_uuid(), expires) if wanted.type == "ID_TOKEN" else made.access(new_uuid(), expires)
    content |= {"aud": wanted.audience} if wanted.audience else {}
    content |= {"act": act} if act else {}
    token = await services.tokens.signed(pool.id, "id" if wanted.type == "ID_TOKEN" else "access", content)
    granted = None if wanted.type == "ID_TOKEN" else tuple(str(content["scope"]).split())
    return Derived(token, expires - seconds, granted)


async def _verified(services: Services, pool: Pool, token: Secret, type_: str, now: int) -> claims.Claims:
    use = _USES.get(type_)
    if use is None:
        raise api.errors.InvalidParameterException(f"No provider here can vouch for a token of type {type_}.")
    stored = await services.storage.keys.signing(pool.id)
    known = {key.kid: public_of(key.public_jwk) for key in stored if key.use == use}
    try:
        found = jwt.verified_claims(token, known)
    except jwt.AccessTokenError:
        raise _bad_token() from None
    is_ours = found.get("iss") == services.tokens.issuer_of(pool.id) and found.get("token_use") == use
    expires = found.get("exp")
    if not is_ours or not isinstance(expires, int):
        raise _bad_token()
    if now >= expires * SECOND:
        raise api.errors.NotAuthorizedException("Token has expired")
    return found


async def _living(services: Services, pool: Pool, token: claims.Claims) -> tuple[User, Session]:
    """Whose token it is, and the sign-in it grew from; both must still hold."""
    sessions = services.storage.sessions
    family = token.get("origin_jti")
    if not family:
        raise api.errors.InvalidParameterException("SubjectToken must be a token of a user.")
    users = await services.storage.users.find(pool.id, str(token["sub"]))
    if users is None or users.sub != token["sub"]:
        raise api.errors.UserNotFoundException("User does not exist.")
    living = [
        session
        for session in [await sessions.get(pool.id, str(family))]
        if not session.is_revoked and session.sub == users.sub and session.created > users.signed_out_at
    ]
    if not living:
        raise api.errors.NotAuthorizedException("Token has been revoked")
    if not users.is_enabled:
        raise api.errors.NotAuthorizedException("User is disabled.")
    return users, living[0]


async def _act(
    services: Services, pool: Pool, wanted: Wanted, subject: claims.Claims, now: int
) -> Mapping[str, Any] | None:
    """The `act` claim (RFC 8693, 4.1): who acts now, and inside, who acted before."""
    before = subject.get("act")
    if wanted.actor is None:
        return before if isinstance(before, dict) else None
    if wanted.actor_type is None:
        raise api.errors.InvalidParameterException("ActorTokenType is required with ActorToken.")
    actor = await _verified(services, pool, wanted.actor, wanted.actor_type, now)
    if actor.get("origin_jti"):
        await _living(services, pool, actor)
    act: dict[str, Any] = {"sub": actor["sub"]}
    if "client_id" in actor:
        act["client_id"] = actor["client_id"]
    if isinstance(before, dict):
        act["act"] = before
    if _depth(act) > _MOST_ACTORS:
        raise api.errors.InvalidParameterException(f"A token names at most {_MOST_ACTORS} actors.")
    return act


def _depth(act: object) -> int:
    depth = 0
    while isinstance(act, dict):
        depth, act = depth + 1, act.get("act")
    return depth


def _scopes(client: Client, wanted: Wanted, subject: claims.Claims) -> tuple[str, ...]:
    """What is asked for, the subject has and the client may have; an ID token limits no scopes."""
    allowed = client.description.allowed_o_auth_scopes or []
    has = str(subject["scope"]).split() if "scope" in subject else allowed
    kept = tuple(scope for scope in dict.fromkeys(wanted.scopes or has) if scope in has and scope in allowed)
    if wanted.scopes and not kept:
        raise api.errors.InvalidParameterException("None of the requested scopes can be granted.")
    return kept


def _bad_token() -> api.errors.NotAuthorizedException:
    return api.errors.NotAuthorizedException("Invalid token")
