"""Keeps what the engines learned from verdicts, and brings them the versions that others promoted."""

from riskengine.flows.learned_versions import synchronise
from riskengine.flows.services import Services

EVERY_SECONDS = 1.0


async def perform(services: Services) -> None:
    """One small read for each pool that is in use."""
    for journal in tuple(services.risk.shelf.journals.values()):
        engine = await journal.learned()
        await synchronise(services.storage, journal.pool, engine.population, services.clock.now())
