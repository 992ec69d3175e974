"""Operators' SigV4 keys: made, shown once, kept sealed; what each may call, and in which pools."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

from riskengine import api
from riskengine.base.ids import new_text
from riskengine.base.secret import Secret
from riskengine.credentials.master_key import MasterKeyError
from riskengine.credentials.seal import SealError
from riskengine.entities import AccessKey
from riskengine.flows.services import Services

PURPOSE = "access-key"
_ALL = "*"


async def create_access_key(
    services: Services,
    description: str,
    *,
    operations: Sequence[str] = ("*",),
    pools: Sequence[str] = ("*",),
) -> tuple[AccessKey, Secret]:
    """A new key and its secret, which can't be read again; patterns as in file names (* and ?)."""
    secret = Secret(new_text(40))
    id_ = f"AKRE{new_text(16).upper()}"
    sealed = services.sealer.seal(PURPOSE, secret.reveal().encode(), id_.encode())
    key = AccessKey(
        id=id_,
        secret=sealed,
        created=services.clock.now(),
        description=description,
        operations=tuple(operations),
        pools=tuple(pools),
    )
    async with services.storage.transaction() as tx:
        tx.keys.add_access(key)
    return key, secret


def require_allowed(key: AccessKey, operation: str, request: Any) -> None:
    """Refuse what the key's policy does not name; what is of no one pool needs a key for all of them.

    Raises:
        AccessDeniedException: the operation or the pool is not the key's.
    """
    pool = _pool_of(request)
    is_named = any(fnmatchcase(operation, pattern) for pattern in key.operations)
    has_pool = _ALL in key.pools or (pool and any(fnmatchcase(pool, pattern) for pattern in key.pools))
    if not (is_named and has_pool):
        where = f"user pool {pool}" if pool else "all user pools"
        raise api.errors.AccessDeniedException(
            f"Access key {key.id} is not authorized to perform: cognito-idp:{operation} on {where}"
        )


def _pool_of(request: Any) -> str:
    """The pool that a request is about; empty where it is about none, or none alone."""
    pool: str | None = getattr(request, "user_pool_id", None)
    if pool is None:
        _, found, pool = (getattr(request, "resource_arn", None) or "").rpartition(":userpool/")
        pool = pool if found else ""
    return pool


async def require_master_key(services: Services) -> None:
    """See that what the database keeps sealed opens under our master key; a new database keeps nothing.

    Raises:
        MasterKeyError: none of its access keys opens.
    """
    keys = await services.storage.keys.list_access()
    if keys and not any(_opens(services, key) for key in keys):
        raise MasterKeyError("the database was sealed under another one")


def _opens(services: Services, key: AccessKey) -> bool:
    try:
        services.sealer.open(PURPOSE, key.secret, key.id.encode())
    except SealError:
        return False
    return True
