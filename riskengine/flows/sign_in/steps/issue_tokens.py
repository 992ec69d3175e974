"""The end of a good sign-in: tokens, a session, and what the attempt teaches."""

import dataclasses
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from riskengine.entities import Group
from riskengine.flows.hooks import ERRORS
from riskengine.flows.sessions import make_room, seen_at_sign_in
from riskengine.flows.sign_in.endings import refused
from riskengine.flows.sign_in.hooks import later_metadata
from riskengine.flows.sign_in.new_device import offered
from riskengine.flows.sign_in.state import Ended, SignedIn, SignIn, Visit
from riskengine.flows.token_hook import TokenSource, customised
from riskengine.flows.token_issuer import SIGN_IN_SCOPES, Grant
from riskengine.triggers.functions import names_functions

# What the trigger is told by the challenge that this request answered.
_SOURCES: Mapping[str, TokenSource] = {
    "NEW_PASSWORD_REQUIRED": "NewPasswordChallenge",
    "DEVICE_PASSWORD_VERIFIER": "AuthenticateDevice",
}


def needed(_sign_in: SignIn) -> bool:
    """Always; the last step."""
    return True


async def perform(sign_in: SignIn, visit: Visit) -> Ended:
    """Issue tokens for the whole sign-in; they are good once the unit is durable."""
    user = sign_in.known_user
    groups = await _groups(sign_in, visit)
    new_device = offered(sign_in, visit)
    device_key = (new_device.device_key or "") if new_device else sign_in.device_key
    grant = Grant(visit.pool, visit.client, user, groups, event_id=sign_in.event.id, device_key=device_key)
    source = _SOURCES.get(sign_in.ticket.awaits if sign_in.ticket else "", "Authentication")
    try:
        customisation = await customised(
            visit.services,
            grant,
            source=source,
            scopes=SIGN_IN_SCOPES,
            metadata=later_metadata(sign_in, visit),
        )
        grant = dataclasses.replace(grant, customisation=customisation)
        begun = await visit.services.tokens.begin_session(grant, visit.now)
    except ERRORS as error:
        return refused(sign_in, error)
    session = replace(begun.session, is_device_confirmed=sign_in.device is not None)
    if visit.pool.tracks_sessions:
        await make_room(visit.tx, visit.pool, user, visit.now)
        session = replace(session, seen=seen_at_sign_in(sign_in.event, visit.now))
    visit.tx.sessions.add(session)
    event = replace(sign_in.event, response="Pass", failure=None, session=session.id)
    return Ended(replace(sign_in, event=event), SignedIn(begun, new_device))


async def _groups(sign_in: SignIn, visit: Visit) -> Sequence[Group]:
    """As of now: a function of the customer's may have put the user in one since the request came in."""
    if names_functions(visit.pool):
        return await visit.tx.groups.of_user(visit.pool.id, sign_in.known_user.sub)
    return sign_in.groups
