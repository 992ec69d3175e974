"""The order of a sign-in, in one place."""

from typing import Protocol

from riskengine.flows.sign_in.state import Ended, SignIn, Visit
from riskengine.flows.sign_in.steps import (
    account,
    assess_risk,
    block_list,
    compromised,
    decide_risk,
    device,
    disowned,
    first_factor,
    issue_tokens,
    known_device,
    lockout,
    migrate_user,
    new_password,
    post_authentication,
    pre_authentication,
    second_factor,
)
from riskengine.tracing import span


class Step(Protocol):
    """A module with these two functions. Steps never import each other."""

    def needed(self, sign_in: SignIn) -> bool:
        """Whether the step still has something to do; pure."""
        ...

    async def perform(self, sign_in: SignIn, visit: Visit) -> SignIn | Ended:
        """Do it: a new state goes on, an end answers the client."""
        ...


STEPS: tuple[Step, ...] = (
    block_list,
    disowned,
    known_device,
    lockout,
    migrate_user,
    pre_authentication,
    assess_risk,
    first_factor,
    account,
    compromised,
    decide_risk,
    new_password,
    second_factor,
    device,
    post_authentication,
    issue_tokens,
)

_NAMES = {step: "step " + str(getattr(step, "__name__", step)).rpartition(".")[2] for step in STEPS}


async def advance(sign_in: SignIn, visit: Visit) -> Ended:
    """Perform the steps still needed, until one has an answer."""
    for step in STEPS:
        if step.needed(sign_in):
            with span(_NAMES[step]):
                result = await step.perform(sign_in, visit)
            if isinstance(result, Ended):
                return result
            sign_in = result
    raise AssertionError("the last step always answers")
