"""Has the user hear of what was done about a risky attempt."""

from msgspec.structs import replace

from riskengine.flows.notification_texts import Response
from riskengine.flows.notifications import Recipient, notify
from riskengine.flows.sign_in.state import Challenge, Ended, SignedIn, Visit

_SECOND_FACTORS = ("SMS_MFA", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA", "SELECT_MFA_TYPE", "MFA_SETUP")


async def with_notice(ended: Ended, visit: Visit) -> Ended:
    """The end of the request that decided, with a mail about it in the same unit if the level wants one."""
    sign_in, response = ended.sign_in, _response(ended)
    if not sign_in.notifies or response is None:
        return ended
    recipient = Recipient(
        services=visit.services,
        tx=visit.tx,
        pool=visit.pool,
        client=visit.client.id,
        user=sign_in.known_user,
        configuration=visit.threat.notification,
        now=visit.now,
    )
    event = await notify(recipient, sign_in.event, response)
    if event is sign_in.event:
        return ended
    afterwards = (*sign_in.afterwards, visit.services.courier.wake)
    return replace(ended, sign_in=replace(sign_in, event=event, afterwards=afterwards))


def _response(ended: Ended) -> Response | None:
    """What was done; None where something else than the risk put an end to it."""
    match ended.outcome:
        case SignedIn():
            return "NoAction"
        case Challenge(name=name):
            return "Mfa" if name in _SECOND_FACTORS else "NoAction"
        case _:
            return "Block" if ended.sign_in.event.decision == "Block" else None
