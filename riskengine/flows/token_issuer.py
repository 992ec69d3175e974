"""Tokens of a sign-in and of its refreshes, signed with the pool's own keys."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from riskengine import api
from riskengine.base.clock import SECOND, Clock, SystemClock
from riskengine.base.ids import new_uuid
from riskengine.base.offload import Offload
from riskengine.base.secret import Secret
from riskengine.config import Settings
from riskengine.credentials.seal import Sealer
from riskengine.entities import Client, Group, Pool, Session, SigningKey, User
from riskengine.flows import attributes, linked
from riskengine.flows.fresh import BELIEVED
from riskengine.storage.interface import Storage
from riskengine.tokens import claims, jwt, keys
from riskengine.tokens.customisation import UNCHANGED, Customisation, Groups
from riskengine.tokens.refresh import new_refresh_token
from riskengine.tokens.validity import Lifetimes, TokenValidity, lifetimes

SIGN_IN_SCOPES = (claims.SELF_SERVICE_SCOPE,)
_PURPOSE = "signing-key"


@dataclass(frozen=True, slots=True)
class Grant:
    """For whom tokens are made, and out of which sign-in."""

    pool: Pool
    client: Client
    user: User
    groups: Sequence[Group]
    event_id: str
    device_key: str = ""
    customisation: Customisation = UNCHANGED  # by the PreTokenGeneration trigger; never stored


@dataclass(frozen=True, slots=True)
class GrantClaims:
    """The claims of one grant's tokens; `expires` in epoch seconds."""

    subject: claims.Subject
    facts: claims.Grant
    customisation: Customisation

    def id(self, jti: str, expires: int) -> claims.Claims:
        """The ID token's."""
        return self.customisation.id_claims(claims.id_claims(self.subject, self.facts, jti, expires))

    def access(self, jti: str, expires: int) -> claims.Claims:
        """The access token's."""
        return self.customisation.access_claims(claims.access_claims(self.subject, self.facts, jti, expires))


@dataclass(frozen=True, slots=True)
class Signing:
    """Tokens that are being signed; `expires_in` in seconds."""

    id: asyncio.Future[Secret]
    access: asyncio.Future[Secret]
    expires_in: int

    async def tokens(self) -> api.AuthenticationResultType:
        """ID and access token."""
        return api.AuthenticationResultType(
            id_token=await self.id,
            access_token=await self.access,
            expires_in=self.expires_in,
            token_type="Bearer",  # noqa: S106 - the type's name
        )


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session to be stored, and the tokens that are good once it is: signed while it is written."""

    signing: Signing
    refresh: Secret
    session: Session

    async def tokens(self) -> api.AuthenticationResultType:
        """The tokens, refresh token included."""
        return msgspec.structs.replace(await self.signing.tokens(), refresh_token=self.refresh)


def lifetimes_of(client: Client) -> Lifetimes:
    """How long each of a client's tokens lives, in seconds."""
    description = client.description
    units = description.token_validity_units or api.TokenValidityUnitsType()
    return lifetimes(
        TokenValidity(
            access=description.access_token_validity,
            id=description.id_token_validity,
            refresh=description.refresh_token_validity,
            access_unit=units.access_token,
            id_unit=units.id_token,
            refresh_unit=units.refresh_token,
        )
    )


class TokenIssuer:
    """Signs tokens; keeps each pool's key objects, which never change once made."""

    def __init__(
        self, settings: Settings, clock: Clock, storage: Storage, sealer: Sealer, offload: Offload
    ) -> None:
        self._clock = clock
        self.base = (settings.issuer or f"http://{settings.host}:{settings.port}").rstrip("/")
        self._storage = storage
        self._sealer = sealer
        self._offload = offload
        self._keys: dict[str, tuple[int, keys.PoolKeys]] = {}  # since when (by the machine's clock) believed
        self._machine = SystemClock()
        self._making = asyncio.Lock()

    def issuer_of(self, pool: str) -> str:
        """The `iss` of a pool's tokens, where its keys are published."""
        return f"{self.base}/{pool}"

    async def keys_of(self, pool: str) -> keys.PoolKeys:
        """The pool's signing keys, as they were less than a second ago; made at their first use."""
        found, now = self._keys.get(pool), self._machine.now()
        if found is None:
            async with self._making:
                found = self._keys.get(pool)
                if found is None:
                    found = self._keys[pool] = (now, await self._load(pool) or await self._make(pool))
        elif not 0 <= now - found[0] < BELIEVED:
            self._keys[pool] = (now, found[1])  # others go on with these meanwhile
            fresh = await self._load(pool, found[1])
            if fresh is not None and pool in self._keys:
                found = self._keys[pool] = (now, fresh)
        return found[1]

    def forget(self, pool: str) -> None:
        """A deleted pool's keys are kept no longer."""
        self._keys.pop(pool, None)

    async def begin_session(self, grant: Grant, now: int) -> NewSession:
        """Begin to sign the tokens of a new sign-in, refresh token included.

        Raises:
            InvalidLambdaResponseException: what the trigger adds makes a token longer than we take.
        """
        refresh, refresh_hash = new_refresh_token()
        lives = lifetimes_of(grant.client)
        session = Session(
            pool=grant.pool.id,
            id=new_uuid(),
            client=grant.client.id,
            sub=grant.user.sub,
            refresh_hash=refresh_hash,
            created=now,
            expires=now + lives.refresh * SECOND,
            event_id=grant.event_id,
            scopes=SIGN_IN_SCOPES,
            device_key=grant.device_key,
        )
        return NewSession(await self._begin_signing(grant, session, now), refresh, session)

    async def tokens_of(self, grant: Grant, session: Session, now: int) -> api.AuthenticationResultType:
        """ID and access token of a session; no refresh token.

        Raises:
            InvalidLambdaResponseException: what the trigger adds makes a token longer than we take.
        """
        return await (await self._begin_signing(grant, session, now)).tokens()

    async def _begin_signing(self, grant: Grant, session: Session, now: int) -> Signing:
        pool_keys, lives = await self.keys_of(grant.pool.id), lifetimes_of(grant.client)
        made, seconds = self.claims_of(grant, session, session.scopes, now), now // SECOND
        begin = self._offload.begin
        signing = Signing(
            begin(jwt.sign, pool_keys.id, made.id(new_uuid(), seconds + lives.id)),
            begin(jwt.sign, pool_keys.access, made.access(new_uuid(), seconds + lives.access)),
            lives.access,
        )
        if grant.customisation is not UNCHANGED:
            _require_short(await signing.id, await signing.access)
        return signing

    def claims_of(self, grant: Grant, session: Session, scopes: tuple[str, ...], now: int) -> GrantClaims:
        """What tokens of a session say, with what the trigger changes."""
        facts = claims.Grant(
            issuer=self.issuer_of(grant.pool.id),
            client_id=grant.client.id,
            auth_time=session.created // SECOND,
            issued_at=now // SECOND,
            event_id=session.event_id or None,
            origin_jti=session.id,
            scopes=grant.customisation.scopes(scopes),
            device_key=session.device_key or None,
        )
        subject = grant.customisation.subject(_subject(grant))
        return GrantClaims(subject, facts, grant.customisation)

    async def machine_token(
        self,
        pool: str,
        client: Client,
        customisation: Customisation,
        scopes: tuple[str, ...],
        now: int,
    ) -> Secret:
        """An access token of a client that speaks for itself.

        Raises:
            InvalidLambdaResponseException: what the trigger adds makes it longer than we take.
        """
        seconds = now // SECOND
        facts = claims.Grant(
            issuer=self.issuer_of(pool),
            client_id=client.id,
            auth_time=seconds,
            issued_at=seconds,
            scopes=customisation.scopes(scopes),
        )
        made = claims.machine_claims(facts, new_uuid(), seconds + lifetimes_of(client).access)
        return await self.signed(pool, "access", customisation.access_claims(made))

    async def signed(self, pool: str, use: Literal["id", "access"], content: claims.Claims) -> Secret:
        """A token of some claims, under the pool's key for its use.

        Raises:
            InvalidLambdaResponseException: it is longer than we take.
        """
        pool_keys = await self.keys_of(pool)
        key = pool_keys.id if use == "id" else pool_keys.access
        token = await self._offload.run(jwt.sign, key, content)
        _require_short(token)
        return token

    async def _load(self, pool: str, known: keys.PoolKeys | None = None) -> keys.PoolKeys | None:
        stored = await self._storage.keys.signing(pool)
        active = {key.use: key for key in reversed(stored) if key.is_active and key.use != "saml"}
        if len(active) != 2:
            return None
        if known is not None and (active["id"].kid, active["access"].kid) == (known.id.kid, known.access.kid):
            return known
        return keys.PoolKeys(id=self._opened(active["id"]), access=self._opened(active["access"]))

    async def _make(self, pool: str) -> keys.PoolKeys:
        made = await self._offload.run(keys.new_pool_keys)
        async with self._storage.transaction() as tx:
            await tx.pools.get(pool)
            for use, key in (("id", made.id), ("access", made.access)):
                tx.keys.add_signing(self._sealed(pool, use, key))
        return made

    def _sealed(self, pool: str, use: str, key: keys.SigningKey) -> SigningKey:
        private = self._sealer.seal(_PURPOSE, keys.to_pem(key), f"{pool}/{key.kid}".encode())
        return SigningKey(
            pool=pool,
            kid=key.kid,
            use="id" if use == "id" else "access",
            private=private,
            public_jwk=keys.jwk(key.kid, key.public),
            created=self._clock.now(),
        )

    def _opened(self, key: SigningKey) -> keys.SigningKey:
        return keys.from_pem(self._sealer.open(_PURPOSE, key.private, f"{key.pool}/{key.kid}".encode()))


def groups_of(grant: Grant) -> Groups:
    """The groups and roles that tokens tell of the user."""
    return Groups(
        names=tuple(group.name for group in grant.groups),
        roles=tuple(group.role_arn for group in grant.groups if group.role_arn),
        preferred_role=preferred_role(grant.groups),
    )


def _subject(grant: Grant) -> claims.Subject:
    groups = groups_of(grant)
    return claims.Subject(
        sub=grant.user.sub,
        username=grant.user.username,
        attributes=attributes.readable(grant.client, grant.user.attributes),
        groups=groups.names,
        roles=groups.roles,
        preferred_role=groups.preferred_role,
        identities=linked.claim(grant.user),
    )


def _require_short(*tokens: Secret) -> None:
    longest = max(len(token) for token in tokens)
    if longest > jwt.LONGEST_TOKEN:
        raise api.errors.InvalidLambdaResponseException(
            f"PreTokenGeneration makes a token of {longest} characters; at most {jwt.LONGEST_TOKEN} are taken"
        )


def preferred_role(groups: Sequence[Group]) -> str | None:
    """The role of the groups with the lowest precedence, unless they differ in it."""
    ranked = [group for group in groups if group.precedence is not None]
    if not ranked:
        return None
    lowest = min(group.precedence for group in ranked if group.precedence is not None)
    roles = {group.role_arn for group in ranked if group.precedence == lowest and group.role_arn}
    return roles.pop() if len(roles) == 1 else None
