"""Proves who somebody is, as the flow wants it: password, SRP, custom challenges, a factor of choice."""

from collections.abc import Mapping
from typing import Protocol

from riskengine.flows.sign_in.factors import choice, custom, password, srp
from riskengine.flows.sign_in.state import Ended, SignIn, Visit


class _Flow(Protocol):
    """A module with this function: it asks for a proof, or judges the one that came."""

    async def perform(self, sign_in: SignIn, visit: Visit) -> SignIn | Ended:
        """Go on; a state with `first_factor` set ends the proof."""
        ...


_FLOWS: Mapping[str, _Flow] = {
    "USER_PASSWORD_AUTH": password,
    "ADMIN_USER_PASSWORD_AUTH": password,
    "USER_SRP_AUTH": srp,
    "CUSTOM_AUTH": custom,
    "USER_AUTH": choice,
}


def needed(sign_in: SignIn) -> bool:
    """Until it has been proved."""
    return not sign_in.first_factor


async def perform(sign_in: SignIn, visit: Visit) -> SignIn | Ended:
    """Ask for the proof that the flow takes, or judge the one that came."""
    return await _FLOWS[sign_in.flow].perform(sign_in, visit)
