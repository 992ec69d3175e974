"""Makes the coming months' partitions of events and drops those that are past, where a database has such."""

from riskengine.base.clock import DAY
from riskengine.flows.services import Services

EVERY_SECONDS = 60.0


async def perform(services: Services) -> None:
    """Whatever was in use for too long is tried again in the next turn."""
    now = services.clock.now()
    await services.storage.roll_events(now, before=now - services.settings.event_days * DAY)
