"""A message's content, as the outbox keeps it: sealed, since it carries a code."""

import msgspec

from riskengine.credentials.seal import Sealer
from riskengine.entities import Message

_PURPOSE = "outbox"


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """What a message says, and what a sender of the customer's own is told."""

    subject: str
    body: str
    html: str | None = None  # beside the body; None: the body itself is HTML where it looks like it
    secret: str
    client: str
    metadata: dict[str, str] = {}
    sender: str = ""
    reply_to: str = ""


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Content).decode


def seal_content(sealer: Sealer, message: Message, content: Content) -> bytes:
    """The content sealed for this one line of the outbox."""
    return sealer.seal(_PURPOSE, _encode(content), _context(message))


def open_content(sealer: Sealer, message: Message) -> Content:
    """What `seal_content` sealed; SealError if it was moved to another line."""
    return _decode(sealer.open(_PURPOSE, message.content, _context(message)))


def _context(message: Message) -> bytes:
    return f"{message.pool}/{message.id}/{message.destination}".encode("utf-8", "surrogatepass")
