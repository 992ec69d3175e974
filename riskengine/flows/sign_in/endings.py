"""The three ways a request of a sign-in ends: a challenge, tokens, a refusal."""

from msgspec.structs import replace

from riskengine import api
from riskengine.base.clock import MINUTE
from riskengine.base.ids import new_uuid
from riskengine.base.secret import Secret
from riskengine.flows.sign_in.state import Asked, Challenge, Ended, Refusal, SignIn, Ticket, Visit
from riskengine.flows.sign_in.tickets import seal

DEFAULT_SESSION_MINUTES = 3


def refused(sign_in: SignIn, error: api.ApiError) -> Ended:
    """The sign-in fails; its event says why."""
    event = replace(sign_in.event, response="Fail", failure=error.type_name)
    return Ended(replace(sign_in, event=event), Refusal(error))


def challenged(  # noqa: PLR0913 - one fact each
    sign_in: SignIn,
    visit: Visit,
    name: str,
    parameters: dict[str, str],
    *,
    asked: Asked | None = None,
    is_recorded: bool = True,
) -> Ended:
    """The client is asked `name`; the state travels sealed in its Session.

    `asked` is what the answer will be held against. `is_recorded`: unless nothing has been tried
    nor sent so far, the event tells that an answer is outstanding.
    """
    event = replace(sign_in.event, response="InProgress", failure=None)
    sign_in = replace(sign_in, event=event)
    state = ticket(sign_in, visit, awaits=name, asked=asked, is_recorded=is_recorded)
    session = Secret(seal(visit.services.sealer, state))
    return Ended(sign_in, Challenge(name, parameters, session), is_recorded=is_recorded)


def session_end(visit: Visit) -> int:
    """When a session given now ends."""
    minutes = visit.client.description.auth_session_validity or DEFAULT_SESSION_MINUTES
    return visit.now + minutes * MINUTE


def ticket(
    sign_in: SignIn, visit: Visit, *, awaits: str, asked: Asked | None = None, is_recorded: bool = True
) -> Ticket:
    """What must be known when the answer to `awaits` comes."""
    return Ticket(
        id=new_uuid(),
        pool=visit.pool.id,
        client=visit.client.id,
        flow=sign_in.flow,
        is_admin=visit.is_admin,
        username=sign_in.username,
        sub=sign_in.user.sub if sign_in.user else "",
        event=sign_in.event.id,
        expires=session_end(visit),
        awaits=awaits,
        credential_set_at=sign_in.credential_set_at,
        first_factor=sign_in.first_factor,
        is_decided=sign_in.is_decided,
        must_challenge=sign_in.must_challenge,
        mfa_setup=sign_in.mfa_setup,
        is_second_factor_passed=sign_in.is_second_factor_passed,
        device_key=sign_in.device_key,
        asked=asked,
        custom=sign_in.custom,
        is_recorded=is_recorded or sign_in.is_event_stored,
    )
