"""Calls each function once for the same event, however often a unit starts over."""

import asyncio
from typing import Any

import msgspec

from riskengine.entities import Pool
from riskengine.triggers.interface import TriggerCall, Triggers


class Once:
    """Triggers of one request: what a function answered, or raised, holds for all of it."""

    def __init__(self, triggers: Triggers) -> None:
        self._triggers = triggers
        self._answers: dict[bytes, asyncio.Future[dict[str, Any] | None]] = {}

    def has(self, pool: Pool, trigger: str) -> bool:
        """As the triggers behind it."""
        return self._triggers.has(pool, trigger)

    def unreachable(self, pool: Pool) -> tuple[str, ...]:
        """As the triggers behind it."""
        return self._triggers.unreachable(pool)

    async def call(self, call: TriggerCall) -> dict[str, Any] | None:
        """The answer to this event; called only if the event is a new one."""
        key = msgspec.json.encode((call.source, call.client, call.username, call.request, call.version))
        answer = self._answers.get(key)
        if answer is None:
            answer = asyncio.ensure_future(self._triggers.call(call))
            self._answers[key] = answer
        return await answer
