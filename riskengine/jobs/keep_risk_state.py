"""Writes the engines' shared state down, so that restarting the service forgets no attack."""

from riskengine.flows.services import Services

EVERY_SECONDS = 30.0


async def perform(services: Services) -> None:
    """What happened since is read from the events at the next start."""
    for pool in services.risk.changed():
        # Each at its own moment: what happened while another was written must not count twice.
        await services.risk.keep_pool(pool, services.clock.now())
