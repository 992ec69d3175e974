"""The token in a notification by which its reader says of one event: that was me, that was not me."""

import msgspec

from riskengine.base.clock import DAY
from riskengine.base.secret import Secret
from riskengine.credentials.seal import SealError
from riskengine.entities import AuthEvent
from riskengine.flows.services import Services

_PURPOSE = "feedback"
_GOOD_FOR = 14 * DAY


class InvalidFeedbackTokenError(ValueError):
    """Not one of ours, or not any longer."""


class FeedbackToken(msgspec.Struct, frozen=True, array_like=True):
    """The one event that a token speaks of."""

    pool: str
    sub: str
    event: str
    expires: int


def feedback_token(services: Services, event: AuthEvent) -> Secret:
    """A token for an event, good for two weeks from then on."""
    content = FeedbackToken(event.pool, event.sub, event.id, event.time + _GOOD_FOR)
    return Secret(services.sealer.seal_text(_PURPOSE, msgspec.msgpack.encode(content)))


def read_feedback_token(services: Services, token: Secret, now: int) -> FeedbackToken:
    """What a token speaks of.

    Raises:
        InvalidFeedbackTokenError: it is none of ours, or its time is over.
    """
    try:
        data = services.sealer.open_text(_PURPOSE, token.reveal())
    except SealError:
        raise InvalidFeedbackTokenError from None
    content = msgspec.msgpack.decode(data, type=FeedbackToken)
    if now >= content.expires:
        raise InvalidFeedbackTokenError
    return content
