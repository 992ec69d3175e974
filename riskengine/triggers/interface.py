"""What a flow needs of triggers: call one that the pool names, or learn that it names none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from riskengine.entities import Pool


@dataclass(frozen=True, slots=True)
class TriggerCall:
    """One call. `trigger` is a key of `functions.FUNCTIONS`, `source` e.g. PreSignUp_SignUp.

    `request` and `response` are what the event holds under these names; `response` is the form
    that the function fills in. An empty `client`: no app client is behind the call.
    """

    pool: Pool
    client: str
    trigger: str
    source: str
    username: str
    request: Mapping[str, Any]
    response: Mapping[str, Any]
    version: str = "1"


class Triggers(Protocol):
    """The functions that pools name in their LambdaConfig."""

    def has(self, pool: Pool, trigger: str) -> bool:
        """Whether the pool names a function for it."""
        ...

    def unreachable(self, pool: Pool) -> tuple[str, ...]:
        """The triggers that the pool names a function for, but the settings no endpoint."""
        ...

    async def call(self, call: TriggerCall) -> dict[str, Any] | None:
        """The `response` that the function answered; None where the pool names none.

        Raises:
            UserLambdaValidationException: the function raised an error.
            UnexpectedLambdaException: it can't be reached, or takes longer than it may.
            InvalidLambdaResponseException: it answered something else than an event.
        """
        ...
