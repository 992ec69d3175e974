"""Who may call: operators by signature, users by access token, as the model's data says."""

from dataclasses import dataclass, field

import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from riskengine import api
from riskengine.base.clock import Clock
from riskengine.base.secret import Secret
from riskengine.credentials.seal import SealError
from riskengine.entities import AccessKey, Session, User
from riskengine.flows.access_keys import PURPOSE
from riskengine.flows.fresh import Fresh
from riskengine.flows.services import Services
from riskengine.operations.call import Caller
from riskengine.server import sigv4
from riskengine.storage.errors import NotFound
from riskengine.storage.interface import Storage
from riskengine.tokens import jwt
from riskengine.tokens.keys import public_of

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Opened:
    key: AccessKey
    secret: bytes = field(repr=False)


class Authorizer:
    """Checks signatures and tokens; `machine` is the clock of expiring secrets, never a virtual one."""

    def __init__(self, services: Services, machine: Clock) -> None:
        self._services = services
        self._machine = machine
        self._keys = Fresh(self._read_key, machine)
        self._public_keys = Fresh(self._read_public_key, machine)

    async def operator(self, request: sigv4.SignedRequest) -> AccessKey | None:
        """The access key that signed a request; None where unsigned ones are allowed.

        Raises:
            ApiError: the signature is missing, incomplete, of an unknown key or wrong.
        """
        if self._services.settings.insecure_dev:
            return None
        claim = sigv4.read_claim(request)
        found = await self._keys.get(claim.key)
        if found is None:
            raise api.common_errors.UnrecognizedClientException(
                "The security token included in the request is invalid."
            )
        skew = self._services.settings.clock_skew_seconds
        sigv4.check(request, claim, found.secret, now=self._machine.now(), skew_seconds=skew)
        return found.key

    async def caller(self, operation: api.Operation, request: api.Wire, now: int) -> Caller | None:
        """The user whose access token a request carries; None where a session may stand in for it.

        Raises:
            NotAuthorizedException: the token is not good, or was revoked.
            UserNotFoundException: the token's user was deleted.
        """
        if operation.authorization not in {"access_token", "access_token_or_session"}:
            return None
        token: Secret | None = getattr(request, "access_token", None)
        if token is None and operation.authorization == "access_token_or_session":
            return None
        try:
            return await self._verified(token or Secret(""), operation, now)
        except jwt.AccessTokenError as error:
            raise api.errors.NotAuthorizedException(error.message) from None

    async def _verified(self, token: Secret, operation: api.Operation, now: int) -> Caller:
        claimed = jwt.peek(token)
        pool = claimed.issuer.rpartition("/")[2]
        storage = self._services.storage
        if await self._services.believed.pools.find(pool) is None:
            raise jwt.InvalidAccessTokenError
        key = await self._public_keys.get((pool, claimed.kid))
        keys = {} if key is None else {claimed.kid: key}
        access = jwt.verify_access_token(token, keys, self._services.tokens.issuer_of(pool), now)
        jwt.require_scope(access)
        user, session = await _live(storage, pool, access, operation)
        return Caller(user=user, session=session, client=access.client_id, scopes=tuple(access.scope.split()))

    async def _read_key(self, key: str) -> _Opened | None:
        found = await self._services.storage.keys.access(key)
        if found is None or not found.is_active:
            return None
        try:
            secret = self._services.sealer.open(PURPOSE, found.secret, found.id.encode())
        except SealError:
            # Without the traceback: it would show nothing more.
            log.warning("access_key_does_not_open", id=key, hint="was it sealed under another master key?")
            return None
        return _Opened(found, secret)

    async def _read_public_key(self, key: tuple[str, str]) -> RSAPublicKey | None:
        pool, kid = key
        found = await self._services.storage.keys.signing(pool)
        return next(
            (public_of(one.public_jwk) for one in found if one.kid == kid and one.use == "access"), None
        )


async def _live(
    storage: Storage, pool: str, access: jwt.AccessToken, operation: api.Operation
) -> tuple[User, Session]:
    try:
        user = await storage.users.get(pool, access.sub)
    except NotFound:
        raise _no_user(operation) from None
    try:
        session = await storage.sessions.get(pool, access.origin_jti or "")
    except NotFound:
        raise jwt.RevokedAccessTokenError from None
    if session.is_revoked or session.sub != user.sub or session.created <= user.signed_out_at:
        raise jwt.RevokedAccessTokenError
    if not user.is_enabled:
        raise api.errors.NotAuthorizedException("User is disabled.")
    return user, session


def _no_user(operation: api.Operation) -> api.ApiError:
    if api.errors.UserNotFoundException.__name__ in operation.errors:
        return api.errors.UserNotFoundException("User does not exist.")
    return api.errors.NotAuthorizedException(jwt.InvalidAccessTokenError.message)
