"""Writes the engines' shared state down, so that a restart reads little and old observations can go."""

from riskengine.flows.services import Services

EVERY_SECONDS = 30.0


async def perform(services: Services, *, is_last: bool = False) -> None:
    """One state for all processes: who comes second finds it kept."""
    for journal in tuple(services.risk.shelf.journals.values()):
        await services.risk.shelf.keep(journal, services.clock.now(), is_last=is_last)
