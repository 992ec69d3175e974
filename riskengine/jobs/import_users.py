"""Takes up imports of users: those that were started, stopped, left by a dead process, or never started."""

from riskengine.flows.import_run import take_up
from riskengine.flows.services import Services

EVERY_SECONDS = 1.0


async def perform(services: Services) -> None:
    """One job after the other, until none is due."""
    while await take_up(services):
        continue
