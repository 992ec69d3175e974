"""Says in the log what the gate held back: it leaves no events, and is never a silent hole."""

from datetime import UTC, datetime

import structlog

from riskengine.base.clock import SECOND
from riskengine.flows.services import Services

log = structlog.get_logger()

EVERY_SECONDS = 60.0


async def perform(services: Services) -> None:
    """One line for each network and pool."""
    for flood in services.gate.held_back.drain():
        log.warning(
            "network_held_back",
            pool=flood.pool,
            network=flood.network,
            count=flood.count,
            first=_told(flood.first),
            last=_told(flood.last),
        )


def _told(time: int) -> str:
    return datetime.fromtimestamp(time // SECOND, UTC).isoformat()
