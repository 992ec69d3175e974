"""Setting up a software token in the middle of a sign-in: the MFA_SETUP challenge's two API calls."""

from msgspec.structs import replace

from riskengine import api
from riskengine.base.ids import new_uuid
from riskengine.base.secret import Secret
from riskengine.entities import Pool, User
from riskengine.flows import mfa
from riskengine.flows.services import Services
from riskengine.flows.sign_in.conduct import used_once
from riskengine.flows.sign_in.state import MfaSetup, Ticket
from riskengine.flows.sign_in.tickets import seal, unseal
from riskengine.storage.errors import AlreadyExists
from riskengine.storage.interface import Reader, Transaction


async def associate(services: Services, session: Secret, now: int) -> tuple[Secret, Secret]:
    """(the secret code of a new software token, the next session).

    Raises:
        NotAuthorizedException: the session is not one that awaits MFA_SETUP.
    """
    ticket = _ticket(services, session, now)
    async with services.storage.transaction() as tx:
        pool, user = await _whose(tx, ticket)
        changed, code = mfa.associate(services, pool, user)
        tx.users.save(changed)
        following = _follow(services, tx, ticket, "associated")
    return code, following


async def verify(
    services: Services, session: Secret, code: Secret, device_name: str | None, now: int
) -> Secret:
    """The next session, which MFA_SETUP takes as its answer.

    Raises:
        EnableSoftwareTokenMFAException: the code is wrong; the session stays good for another.
    """
    ticket = _ticket(services, session, now)
    try:
        async with services.storage.transaction() as tx:
            pool, user = await _whose(tx, ticket)
            verified = mfa.verify(services, pool, user, code, now, device_name=device_name)
            tx.users.save(verified)
            return _follow(services, tx, ticket, "verified")
    except AlreadyExists:
        raise used_once() from None


def _ticket(services: Services, session: Secret, now: int) -> Ticket:
    ticket = unseal(services.sealer, session.reveal(), now)
    if ticket.awaits != "MFA_SETUP":
        raise api.errors.NotAuthorizedException("Invalid session for the user.")
    return ticket


async def _whose(reader: Reader, ticket: Ticket) -> tuple[Pool, User]:
    if await reader.spent.is_spent(ticket.pool, ticket.id):
        raise used_once()
    return await reader.pools.get(ticket.pool), await reader.users.get(ticket.pool, ticket.sub)


def _follow(services: Services, tx: Transaction, ticket: Ticket, setup: MfaSetup) -> Secret:
    tx.spent.spend(ticket.pool, ticket.id, ticket.expires)
    return Secret(seal(services.sealer, replace(ticket, id=new_uuid(), mfa_setup=setup)))
