"""The courier of a process: a carrier for each medium that the settings configure."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from riskengine.courier.interface import Carrier
from riskengine.entities.message import Medium


class Post:
    """Carriers by medium, and one bell."""

    def __init__(self, carriers: Mapping[Medium, Carrier]) -> None:
        self._carriers = carriers
        self._woken = asyncio.Event()

    def carrier(self, medium: Medium) -> Carrier | None:
        """Who carries such messages; None: they stay in the outbox."""
        return self._carriers.get(medium)

    def wake(self) -> None:
        """Messages were made durable: deliver without waiting for the next round."""
        self._woken.set()

    async def rest(self, seconds: float) -> None:
        """Until somebody wakes the courier, or time is up."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), seconds)
        self._woken.clear()
