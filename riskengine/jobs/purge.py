"""Deletes what has expired: spent ids, old locks, dead sessions, events past their retention."""

from riskengine.base.clock import DAY
from riskengine.flows.services import Services

EVERY_SECONDS = 60.0
_BATCH = 1000
_POOLS = 100


async def perform(services: Services) -> None:
    """Batch by batch, so that no sign-in waits long for it."""
    now, storage = services.clock.now(), services.storage
    while await storage.purge(now, limit=_BATCH) >= _BATCH:
        continue
    days = services.settings.event_retention_days
    if days:
        await _purge_events(services, now - days * DAY)


async def _purge_events(services: Services, before: int) -> None:
    """By pool: an index range from its oldest event on."""
    after = ""
    while pools := await services.storage.pools.list_(after=after, limit=_POOLS):
        for pool in pools:
            while await services.storage.purge_events(pool.id, before, limit=_BATCH) == _BATCH:
                continue
        after = pools[-1].id
