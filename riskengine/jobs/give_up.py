"""Counts challenges that nobody answered as failed: the second factor was not there."""

from riskengine.flows.services import Services

EVERY_SECONDS = 30.0


async def perform(services: Services) -> None:
    """Their events stay InProgress, as Cognito leaves them."""
    await services.risk.give_up(services.clock.now())
