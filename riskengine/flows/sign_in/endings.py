"""The three ways a request of a sign-in ends: a challenge, tokens, a refusal."""

from msgspec.structs import replace

from riskengine import api
from riskengine.base.clock import MINUTE
from riskengine.base.ids import new_uuid
from riskengine.base.secret import Secret
from riskengine.flows.sign_in.state import Challenge, Ended, Refusal, SignIn, SrpExchange, Ticket, Visit
from riskengine.flows.sign_in.tickets import seal

DEFAULT_SESSION_MINUTES = 3


def refused(sign_in: SignIn, error: api.ApiError) -> Ended:
    """The sign-in fails; its event says why."""
    event = replace(sign_in.event, response="Fail", failure=error.type_name)
    return Ended(replace(sign_in, event=event), Refusal(error))


def challenged(sign_in: SignIn, visit: Visit, name: str, parameters: dict[str, str]) -> Ended:
    """The client is asked `name`; the state travels sealed in its Session."""
    event = replace(sign_in.event, response="InProgress", failure=None)
    sign_in = replace(sign_in, event=event)
    session = seal(visit.services.sealer, ticket(sign_in, visit, awaits=name))
    return Ended(sign_in, Challenge(name, parameters, Secret(session)))


def ticket(sign_in: SignIn, visit: Visit, *, awaits: str, exchange: SrpExchange | None = None) -> Ticket:
    """What must be known when the answer to `awaits` comes."""
    minutes = visit.client.description.auth_session_validity or DEFAULT_SESSION_MINUTES
    return Ticket(
        id=new_uuid(),
        pool=visit.pool.id,
        client=visit.client.id,
        flow=sign_in.flow,
        is_admin=visit.is_admin,
        username=sign_in.username,
        sub=sign_in.user.sub if sign_in.user else "",
        event=sign_in.event.id,
        expires=visit.now + minutes * MINUTE,
        awaits=awaits,
        credential_set_at=sign_in.credential_set_at,
        is_password_verified=sign_in.is_password_verified,
        is_decided=sign_in.is_decided,
        must_challenge=sign_in.must_challenge,
        mfa_setup=sign_in.mfa_setup,
        exchange=exchange,
    )
