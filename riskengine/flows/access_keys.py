"""Operators' SigV4 keys: made, shown once, kept sealed."""

from riskengine.base.ids import new_text
from riskengine.base.secret import Secret
from riskengine.credentials.master_key import MasterKeyError
from riskengine.credentials.seal import SealError
from riskengine.entities import AccessKey
from riskengine.flows.services import Services

PURPOSE = "access-key"


async def create_access_key(services: Services, description: str) -> tuple[AccessKey, Secret]:
    """A new key and its secret, which can't be read again."""
    secret = Secret(new_text(40))
    id_ = f"AKRE{new_text(16).upper()}"
    sealed = services.sealer.seal(PURPOSE, secret.reveal().encode(), id_.encode())
    key = AccessKey(id=id_, secret=sealed, created=services.clock.now(), description=description)
    async with services.storage.transaction() as tx:
        tx.keys.add_access(key)
    return key, secret


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
