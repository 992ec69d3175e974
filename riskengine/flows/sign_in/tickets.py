"""Tickets sealed into `Session` strings and secret blocks; whoever holds one can't read or change it."""

import msgspec

from riskengine import api
from riskengine.credentials.seal import Sealer, SealError
from riskengine.flows.sign_in.state import Ticket

_PURPOSE = "sign-in"
_LONGEST = 4096
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Ticket).decode


def seal(sealer: Sealer, ticket: Ticket) -> str:
    """The ticket as opaque text."""
    return sealer.seal_text(_PURPOSE, _encode(ticket))


def unseal(sealer: Sealer, text: str, now: int) -> Ticket:
    """The ticket that `seal` made, if its time is not over.

    Raises:
        NotAuthorizedException: when it is forged, foreign or too old.
    """
    if not text or len(text) > _LONGEST:
        raise api.errors.NotAuthorizedException("Invalid session for the user.")
    try:
        ticket = _decode(sealer.open_text(_PURPOSE, text))
    except (SealError, msgspec.MsgspecError):
        raise api.errors.NotAuthorizedException("Invalid session for the user.") from None
    if now >= ticket.expires:
        raise api.errors.NotAuthorizedException("Invalid session for the user, session is expired.")
    return ticket
