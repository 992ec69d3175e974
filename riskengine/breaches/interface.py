"""What the house needs of whoever counts passwords in breaches elsewhere."""

from typing import Protocol

from riskengine.base.secret import Secret


class NoCountError(Exception):
    """There is no answer; the text says why, and nothing of the question."""


class BreachCounts(Protocol):
    """Knows how often passwords have been seen."""

    async def count(self, password: Secret) -> int:
        """How often the password has been seen in breaches; 0: it is unknown.

        Raises:
            NoCountError: there is no answer, or none that makes sense.
        """
        ...

    async def close(self) -> None:
        """Let go of the connections."""
        ...
