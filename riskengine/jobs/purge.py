"""Deletes what has expired: spent ids, old locks, dead sessions, old events and their contexts."""

from riskengine.flows.retention import forget_old
from riskengine.flows.services import Services

EVERY_SECONDS = 60.0
_BATCH = 1000
_POOLS = 100


async def perform(services: Services) -> None:
    """Batch by batch, so that no sign-in waits long for it."""
    now = services.clock.now()
    while await services.storage.purge(now, limit=_BATCH) >= _BATCH:
        continue
    await forget_old(services, now)
