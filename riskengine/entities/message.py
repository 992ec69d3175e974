"""A message on its way to somebody."""

from typing import Literal

from msgspec import Struct

Medium = Literal["EMAIL", "SMS"]
MEDIUMS: tuple[Medium, ...] = ("EMAIL", "SMS")


class Message(Struct, frozen=True, kw_only=True):
    """A line of the outbox. `content` is sealed (it carries a code) and goes once the message is sent.

    `sub` is empty where nobody is behind the destination. A waiting message is claimed by moving
    `due` on: whoever's save holds sends it. `kept` is the end of messages that nothing sends, in
    development.
    """

    pool: str
    id: str
    sub: str
    created: int
    medium: Medium
    purpose: str  # the trigger source's suffix: SignUp, ForgotPassword, Authentication, ...
    destination: str
    content: bytes
    due: int
    expires: int
    status: Literal["waiting", "sent", "kept", "failed"] = "waiting"
    tries: int = 0
    trouble: str = ""  # why the last try failed; never the content
    version: int = 0
