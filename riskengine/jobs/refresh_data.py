"""Takes up files that were replaced on disk: geography, the list of breached passwords."""

from riskengine.flows.services import Services

EVERY_SECONDS = 10.0


async def perform(services: Services) -> None:
    """Cheap where nothing changed: one look at each file's stamp."""
    await services.offload.run(services.attempts.geo.refresh, services.clock.now())
    await services.offload.run(services.screening.local.refresh)
