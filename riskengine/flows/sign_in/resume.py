"""The answer to a challenge: the sealed state is opened, and the same pipeline goes on."""

from riskengine import api
from riskengine.flows.client_secrets import require_secret_hash
from riskengine.flows.sign_in.conduct import conduct, used_once
from riskengine.flows.sign_in.factors.srp import block_text
from riskengine.flows.sign_in.start import Arrival, new_event, required_username, visit_of
from riskengine.flows.sign_in.state import Outcome, SignIn, Ticket, Visit
from riskengine.flows.sign_in.tickets import unseal
from riskengine.storage.interface import Transaction

BUILT = ("PASSWORD_VERIFIER", "NEW_PASSWORD_REQUIRED", "SOFTWARE_TOKEN_MFA", "MFA_SETUP")


async def resume(arrival: Arrival, challenge: str, session: str | None) -> Outcome:
    """Answer a challenge that `start` or `resume` put.

    Raises:
        NotAuthorizedException: the session is forged, foreign, old, spent, or awaits something else.
    """
    if challenge not in BUILT:
        raise api.errors.InvalidParameterException(f"{challenge} is not built yet")
    ticket = _ticket(arrival, challenge, session)
    username = required_username(arrival.answers)
    require_secret_hash(arrival.services, arrival.client, username, arrival.answers.get("SECRET_HASH"))

    async def begin(tx: Transaction) -> tuple[SignIn, Visit]:
        if await tx.spent.is_spent(ticket.pool, ticket.id):
            raise used_once()
        user = await tx.users.get(ticket.pool, ticket.sub) if ticket.sub else None
        visit = await visit_of(arrival, tx, ticket.username, user)
        is_first = ticket.awaits == "PASSWORD_VERIFIER"
        if is_first:
            event = new_event(visit, ticket.event, ticket.username, user)
        else:
            event = await tx.events.get(ticket.pool, ticket.sub, ticket.event)
        sign_in = SignIn(
            flow=ticket.flow,
            username=ticket.username,
            user=user,
            event=event,
            is_event_stored=not is_first,
            awaited=ticket.awaits,
            ticket=ticket,
            exchange=ticket.exchange,
            is_password_verified=ticket.is_password_verified,
            is_decided=ticket.is_decided,
            must_challenge=ticket.must_challenge,
            mfa_setup=ticket.mfa_setup,
        )
        if sign_in.credential_set_at != ticket.credential_set_at:
            raise api.errors.NotAuthorizedException("Invalid session for the user.")
        await _require_same_user(sign_in, username, tx, visit)
        return sign_in, visit

    return await conduct(arrival.services, begin)


def _ticket(arrival: Arrival, challenge: str, session: str | None) -> Ticket:
    if challenge == "PASSWORD_VERIFIER":
        # Some clients send no Session here: the block alone carries the state.
        block = arrival.answers.get("PASSWORD_CLAIM_SECRET_BLOCK")
        if not block:
            raise api.errors.InvalidParameterException(
                "Missing required parameter PASSWORD_CLAIM_SECRET_BLOCK"
            )
        session = block_text(block.reveal())
    ticket = unseal(arrival.services.sealer, session or "", arrival.now)
    is_same = (ticket.pool, ticket.client, ticket.is_admin) == (
        arrival.pool.id,
        arrival.client.id,
        arrival.is_admin,
    )
    if not is_same or ticket.awaits != challenge:
        raise api.errors.NotAuthorizedException("Invalid session for the user.")
    return ticket


async def _require_same_user(sign_in: SignIn, username: str, tx: Transaction, visit: Visit) -> None:
    """The answer may name the user by any name of theirs, and by nobody else's."""
    if username == sign_in.username:
        return
    named = await tx.users.find(visit.pool.id, visit.pool.username_key(username))
    if named is None or sign_in.user is None or named.sub != sign_in.user.sub:
        raise api.errors.NotAuthorizedException("Invalid session for the user.")
