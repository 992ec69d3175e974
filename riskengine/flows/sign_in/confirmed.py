"""The Session of a confirmed sign-up: it begins one sign-in without another proof (USER_AUTH)."""

from riskengine import api
from riskengine.base.clock import MINUTE
from riskengine.base.ids import new_uuid
from riskengine.base.secret import Secret
from riskengine.entities import Client, Pool, User
from riskengine.flows.services import Services
from riskengine.flows.sign_in.endings import DEFAULT_SESSION_MINUTES
from riskengine.flows.sign_in.state import Ticket, Visit
from riskengine.flows.sign_in.tickets import seal, unseal

AWAITS = "CONFIRMED_SIGN_UP"  # no challenge of the API has this name, so nothing else takes the session


def seal_confirmation(services: Services, pool: Pool, client: Client, user: User, now: int) -> Secret:
    """A session for the client that confirmed; good once, and as long as any other."""
    minutes = client.description.auth_session_validity or DEFAULT_SESSION_MINUTES
    ticket = Ticket(
        id=new_uuid(),
        pool=pool.id,
        client=client.id,
        flow="USER_AUTH",
        is_admin=False,
        username=user.username,
        sub=user.sub,
        event="",
        expires=now + minutes * MINUTE,
        awaits=AWAITS,
        credential_set_at=user.credential.set_at if user.credential else 0,
        is_recorded=False,
    )
    return Secret(seal(services.sealer, ticket))


def confirmation_of(visit: Visit, user: User | None) -> Ticket:
    """The ticket in the session that a sign-in begins with.

    Raises:
        NotAuthorizedException: it is another client's or user's, or none that a confirmation gave.
    """
    ticket = unseal(visit.services.sealer, visit.session or "", visit.now)
    is_theirs = (ticket.awaits, ticket.pool, ticket.client, ticket.sub) == (
        AWAITS,
        visit.pool.id,
        visit.client.id,
        user.sub if user else "",
    )
    set_at = user.credential.set_at if user and user.credential else 0
    if not is_theirs or user is None or visit.is_admin or ticket.credential_set_at != set_at:
        raise api.errors.NotAuthorizedException("Invalid session for the user.")
    return ticket
