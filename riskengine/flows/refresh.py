"""New tokens for an old sign-in: refresh, rotation with grace, detection of reuse, revocation."""

import dataclasses
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from msgspec.structs import replace

from riskengine import api
from riskengine.base.clock import SECOND
from riskengine.base.secret import Secret
from riskengine.context.attempt import RawContext
from riskengine.entities import Client, Pool, Session, User
from riskengine.flows.devices import require_device
from riskengine.flows.services import Services
from riskengine.flows.sessions import seen_at_refresh
from riskengine.flows.token_hook import customised
from riskengine.flows.token_issuer import Grant
from riskengine.storage.errors import Conflict
from riskengine.storage.interface import Reader
from riskengine.telemetry import count_success
from riskengine.tokens.refresh import InvalidRefreshTokenError, hash_of, new_refresh_token


@dataclass(frozen=True, slots=True)
class _Found:
    session: Session
    user: User
    is_previous: bool


async def refresh(  # noqa: PLR0913 - one fact each
    services: Services,
    pool: Pool,
    client: Client,
    token: Secret,
    now: int,
    *,
    metadata: Mapping[str, str] | None = None,
    device_key: str | None = None,
    context: RawContext | None = None,
) -> api.AuthenticationResultType:
    """ID and access token; with rotation, a new refresh token of the remaining life too.

    Raises:
        NotAuthorizedException: the token is unknown, of another client, expired or revoked.
        RefreshTokenReuseException: a token that rotation replaced came after its grace.
        UserLambdaValidationException, UnexpectedLambdaException, InvalidLambdaResponseException:
            of the PreTokenGeneration trigger.
    """
    found = await _find(services.storage, pool, client, token, now)
    if found.is_previous:
        await _require_grace(services, client, found, now)
    await require_device(services.storage, found.session, device_key)
    groups = await services.storage.groups.of_user(pool.id, found.user.sub)
    grant = Grant(pool, client, found.user, groups, event_id=found.session.event_id)
    customisation = await customised(
        services, grant, source="RefreshTokens", scopes=found.session.scopes, metadata=metadata or {}
    )
    grant = dataclasses.replace(grant, customisation=customisation)
    tokens = await services.tokens.tokens_of(grant, found.session, now)
    count_success("TokenRefresh", pool.id, client.id)
    session = found.session
    if pool.tracks_sessions and context is not None:
        session = replace(session, seen=seen_at_refresh(services, client, pool, found.user, context))
    if is_rotating(client):
        return replace(tokens, refresh_token=await _rotated(services, session, now))
    if session is not found.session:
        # Of two refreshes at once, one is noted.
        with suppress(Conflict):
            await _save(services, session)
    return tokens


async def revoke(services: Services, pool: Pool, client: Client, token: Secret) -> None:
    """End the session that a refresh token belongs to; an unknown or dead one is no error."""
    try:
        refresh_hash = hash_of(token)
    except InvalidRefreshTokenError:
        return
    async with services.storage.transaction() as tx:
        session = await tx.sessions.find_by_refresh(pool.id, refresh_hash)
        if session is not None and session.client == client.id and not session.is_revoked:
            tx.sessions.save(replace(session, is_revoked=True))


async def owner_of(reader: Reader, pool: Pool, token: Secret) -> User | None:
    """Whose refresh token it is; None where it is nobody's."""
    try:
        session = await reader.sessions.find_by_refresh(pool.id, hash_of(token))
    except InvalidRefreshTokenError:
        return None
    return await reader.users.get(pool.id, session.sub) if session else None


def is_rotating(client: Client) -> bool:
    """Whether each refresh replaces the refresh token."""
    rotation = client.description.refresh_token_rotation
    return rotation is not None and rotation.feature == "ENABLED"


async def _find(reader: Reader, pool: Pool, client: Client, token: Secret, now: int) -> _Found:
    invalid = api.errors.NotAuthorizedException("Invalid Refresh Token")
    try:
        refresh_hash = hash_of(token)
    except InvalidRefreshTokenError:
        raise invalid from None
    session = await reader.sessions.find_by_refresh(pool.id, refresh_hash)
    if session is None or session.client != client.id:
        raise invalid
    if session.is_revoked:
        raise api.errors.NotAuthorizedException("Refresh Token has been revoked")
    if now >= session.expires:
        raise api.errors.NotAuthorizedException("Refresh Token has expired")
    user = await reader.users.get(pool.id, session.sub)
    if not user.is_enabled:
        raise api.errors.NotAuthorizedException("User is disabled.")
    if session.created <= user.signed_out_at:
        raise api.errors.NotAuthorizedException("Refresh Token has been revoked")
    return _Found(session, user, is_previous=session.refresh_hash != refresh_hash)


async def _require_grace(services: Services, client: Client, found: _Found, now: int) -> None:
    rotation = client.description.refresh_token_rotation
    grace = (rotation.retry_grace_period_seconds or 0) if rotation else 0
    if now < found.session.rotated_at + grace * SECOND:
        return
    async with services.storage.transaction() as tx:
        tx.sessions.save(replace(found.session, is_revoked=True))
    raise api.errors.RefreshTokenReuseException("Refresh Token has already been used")


async def _rotated(services: Services, session: Session, now: int) -> Secret:
    token, refresh_hash = new_refresh_token()
    rotated = replace(session, refresh_hash=refresh_hash, previous_hash=session.refresh_hash, rotated_at=now)
    await _save(services, rotated)
    return token


async def _save(services: Services, session: Session) -> None:
    async with services.storage.transaction() as tx:
        tx.sessions.save(session)
