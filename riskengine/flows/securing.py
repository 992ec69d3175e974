"""Gives an account back to its owner after an attack: signed out, the known password dead, a code sent."""

from dataclasses import replace as changed

from msgspec.structs import replace

from riskengine.entities import User
from riskengine.flows import recovery, sessions
from riskengine.flows.overtaken import repeated
from riskengine.flows.recording import Deed
from riskengine.flows.services import Services
from riskengine.storage.interface import Transaction


async def sign_out(services: Services, user: User, now: int) -> None:
    """End every session of a user."""

    async def work(tx: Transaction) -> None:
        sessions.end_all(tx, await tx.users.get(user.pool, user.sub), now)

    await repeated(services.storage, work)


async def reset(services: Services, deed: Deed, user: User) -> None:
    """Sign out everywhere, let the password open nothing more, and send a code for a new one.

    Where no code can be sent, the account waits for an administrator.

    Raises:
        ApiError: the code was not sent (too many within the hour); the rest was done.
    """

    async def work(tx: Transaction) -> User:
        found = await tx.users.get(user.pool, user.sub)
        if found.status == "CONFIRMED" and found.has_password:
            found = replace(found, status="RESET_REQUIRED", modified=deed.now)
        sessions.end_all(tx, found, deed.now)
        return found

    locked = await repeated(services.storage, work)
    if recovery.channel(deed.pool, locked) is not None:
        await recovery.forgot_password(services, changed(deed, user=locked))
