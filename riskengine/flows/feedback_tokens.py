"""The token in a notification by which its reader says of one event: that was me, that was not me."""

from urllib.parse import urlencode

import msgspec

from riskengine.base.clock import DAY
from riskengine.base.secret import Secret
from riskengine.credentials.seal import SealError
from riskengine.entities import AuthEvent
from riskengine.flows.services import Services

FEEDBACK_PATH = "/risk/feedback"
GOOD_FOR = 14 * DAY
_PURPOSE = "feedback"


class InvalidFeedbackTokenError(ValueError):
    """Not one of ours, or not any longer."""


class FeedbackToken(msgspec.Struct, frozen=True, array_like=True):
    """The one event that a token speaks of, and the notification that it came with."""

    pool: str
    sub: str
    event: str
    expires: int
    notice: str = ""


def feedback_token(services: Services, event: AuthEvent) -> Secret:
    """A token for a notified event, good for two weeks from then on."""
    content = FeedbackToken(event.pool, event.sub, event.id, event.time + GOOD_FOR, event.notice)
    return Secret(services.sealer.seal_text(_PURPOSE, msgspec.msgpack.encode(content)))


def read_feedback_token(services: Services, token: Secret, now: int) -> FeedbackToken:
    """What a token speaks of.

    Raises:
        InvalidFeedbackTokenError: it is none of ours, or its time is over.
    """
    try:
        data = services.sealer.open_text(_PURPOSE, token.reveal())
        content = msgspec.msgpack.decode(data, type=FeedbackToken)
    except (SealError, msgspec.MsgspecError):
        raise InvalidFeedbackTokenError from None
    if now >= content.expires:
        raise InvalidFeedbackTokenError
    return content


def is_of(token: FeedbackToken, event: AuthEvent) -> bool:
    """Whether the event was notified, and the token came with that notification."""
    return bool(event.notice) and event.notice == token.notice


def one_click_link(services: Services, token: Secret, value: str) -> str:
    """Where a reader of the notification says Valid or Invalid; opening it changes nothing."""
    base = (services.settings.public_url or services.tokens.base).rstrip("/")
    return f"{base}{FEEDBACK_PATH}?{urlencode({'token': token.reveal(), 'value': value})}"
