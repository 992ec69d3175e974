"""What the house needs of a courier: to carry one message, and to be told when there are some."""

from collections.abc import Sequence
from typing import Protocol

from riskengine.courier.envelope import Content
from riskengine.entities import Message
from riskengine.entities.message import Medium


class DeliveryError(Exception):
    """A message was not taken. `is_final`: another try would not be, either.

    The text names what went wrong; never the message, nor where it was going.
    """

    def __init__(self, trouble: str, *, is_final: bool = False) -> None:
        super().__init__(trouble)
        self.trouble = trouble
        self.is_final = is_final


class Carrier(Protocol):
    """Takes messages of one medium to where they go."""

    async def carry(self, message: Message, content: Content) -> None:
        """Hand the message over; the same message twice has the same id.

        Raises:
            DeliveryError: it was not taken.
        """
        ...


class LogSink(Protocol):
    """Takes lines of JSON somewhere; the same lines may come twice."""

    async def write(self, lines: Sequence[bytes]) -> None:
        """Hand lines over.

        Raises:
            DeliveryError: they were not taken.
        """
        ...


class Courier(Protocol):
    """The carriers of a process, and the bell that calls them."""

    def carrier(self, medium: Medium) -> Carrier | None:
        """Who carries such messages; None: they stay in the outbox, to be read there."""
        ...

    def wake(self) -> None:
        """Messages were made durable: deliver without waiting for the next round."""
        ...

    async def rest(self, seconds: float) -> None:
        """Until somebody wakes the courier, or time is up."""
        ...
