"""Hears what the other processes on the same database took in, and tells them of ours."""

import asyncio

from riskengine.flows.services import Services

EVERY_SECONDS = 0.25


async def perform(services: Services) -> None:
    """One small read, where nobody has news."""
    await services.tail.turn(services.clock.now(), asyncio.get_running_loop().time())
