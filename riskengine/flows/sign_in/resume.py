"""The answer to a challenge: the sealed state is opened, and the same pipeline goes on."""

from riskengine import api
from riskengine.flows.client_secrets import require_secret_hash
from riskengine.flows.observing import subject_key
from riskengine.flows.risk_desk import assessment_of
from riskengine.flows.sign_in.conduct import conduct, used_once
from riskengine.flows.sign_in.factors.device_srp import waiting_session
from riskengine.flows.sign_in.factors.srp import block_text
from riskengine.flows.sign_in.start import new_event, required_username, visit_of
from riskengine.flows.sign_in.state import Arrival, Outcome, SignIn, Ticket, Visit, brings_proof
from riskengine.flows.sign_in.tickets import unseal
from riskengine.storage.errors import NotFound
from riskengine.storage.interface import Reader, SignInRecords, Transaction

# Challenges whose state travels in SECRET_BLOCK: some clients send no Session with them.
_IN_BLOCK = ("PASSWORD_VERIFIER", "DEVICE_PASSWORD_VERIFIER")


async def resume(arrival: Arrival, challenge: str, session: str | None) -> Outcome:
    """Answer a challenge that `start` or `resume` put.

    Raises:
        NotAuthorizedException: the session is forged, foreign, old, spent, or awaits something else.
    """
    username = required_username(arrival.answers)
    require_secret_hash(arrival.services, arrival.client, username, arrival.answers.get("SECRET_HASH"))

    async def begin(tx: Transaction) -> tuple[SignIn, Visit]:
        ticket = await _ticket(arrival, tx, challenge, session)
        if await tx.spent.is_spent(ticket.pool, ticket.id):
            raise used_once()
        records = await tx.sign_ins.of_sub(ticket.pool, ticket.sub, nobody=subject_key(ticket.username, None))
        if ticket.sub and records.user is None:
            raise NotFound  # deleted meanwhile
        visit = await visit_of(arrival, tx, ticket.username, records.user, ticket.flow)
        sign_in = await _restored(ticket, visit, records)
        if sign_in.credential_set_at != ticket.credential_set_at:
            raise api.errors.NotAuthorizedException("Invalid session for the user.")
        await _require_same_user(sign_in, username, tx, visit)
        return sign_in, visit

    return await conduct(arrival.services, begin)


async def _restored(ticket: Ticket, visit: Visit, records: SignInRecords) -> SignIn:
    """Where the sign-in stood when it asked."""
    if ticket.is_recorded:
        event = await visit.tx.events.get(ticket.pool, ticket.sub, ticket.event)
    else:
        event = new_event(visit, ticket.event, ticket.username, records.user)
    is_assessed = event.score is not None
    return SignIn(
        flow=ticket.flow,
        username=ticket.username,
        user=records.user,
        lockout=records.lockout,
        profile=records.profile,
        groups=records.groups,
        event=event,
        is_event_stored=ticket.is_recorded,
        awaited=ticket.awaits,
        ticket=ticket,
        asked=ticket.asked,
        custom=ticket.custom,
        presents_proof=not ticket.first_factor and brings_proof(ticket.flow, ticket.awaits, visit.answers),
        is_announced=True,
        device_key=_device_key(visit) or ticket.device_key,
        assessment=assessment_of(event) if is_assessed else None,
        is_assessed=is_assessed,
        first_factor=ticket.first_factor,
        is_password_screened=bool(ticket.first_factor),
        is_decided=ticket.is_decided,
        must_challenge=ticket.must_challenge,
        mfa_setup=ticket.mfa_setup,
        is_second_factor_passed=ticket.is_second_factor_passed,
    )


def _device_key(visit: Visit) -> str:
    key = visit.answers.get("DEVICE_KEY")
    return key.reveal() if key else ""


async def _ticket(arrival: Arrival, reader: Reader, challenge: str, session: str | None) -> Ticket:
    """The state that the answer belongs to."""
    if challenge in _IN_BLOCK:
        block = arrival.answers.get("PASSWORD_CLAIM_SECRET_BLOCK")
        if not block:
            raise api.errors.InvalidParameterException(
                "Missing required parameter PASSWORD_CLAIM_SECRET_BLOCK"
            )
        session = block_text(block.reveal())
    elif challenge == "DEVICE_SRP_AUTH":
        session = await waiting_session(arrival, reader)
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
