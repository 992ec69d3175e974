"""The end of a good sign-in: tokens, a session, and what the attempt teaches."""

from msgspec.structs import replace

from riskengine.flows.sign_in.state import Ended, SignedIn, SignIn, Visit
from riskengine.flows.token_issuer import Grant


def needed(_sign_in: SignIn) -> bool:
    """Always; the last step."""
    return True


async def perform(sign_in: SignIn, visit: Visit) -> Ended:
    """Issue tokens for the whole sign-in; they are good once the unit is durable."""
    user = sign_in.known_user
    groups = await visit.tx.groups.of_user(visit.pool.id, user.sub)
    grant = Grant(visit.pool, visit.client, user, groups, event_id=sign_in.event.id)
    begun = await visit.services.tokens.begin_session(grant, visit.now)
    visit.tx.sessions.add(begun.session)
    event = replace(sign_in.event, response="Pass", failure=None)
    return Ended(replace(sign_in, event=event), SignedIn(begun.tokens))
