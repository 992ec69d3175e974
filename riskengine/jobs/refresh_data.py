"""Takes up a geography file that was replaced on disk."""

from riskengine.flows.services import Services

EVERY_SECONDS = 10.0


async def perform(services: Services) -> None:
    """Cheap where nothing changed: one look at each file's stamp."""
    await services.offload.run(services.attempts.geo.refresh, services.clock.now())
