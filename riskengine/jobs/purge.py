"""Deletes what has expired: spent ids, old locks, dead sessions."""

from riskengine.flows.services import Services

EVERY_SECONDS = 60.0
_BATCH = 1000


async def perform(services: Services) -> None:
    """Batch by batch, so that no sign-in waits long for it."""
    while await services.storage.purge(services.clock.now(), limit=_BATCH) >= _BATCH:
        continue
