"""Runs the jobs, each on its own interval; a job that fails is logged and tried again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Protocol

import structlog

from riskengine.flows.services import Services
from riskengine.jobs import (
    deliver,
    export_logs,
    give_up,
    import_users,
    keep_risk_state,
    learn,
    purge,
    refresh_data,
    roll_events,
    tail,
    tell_floods,
)
from riskengine.storage.errors import StorageError
from riskengine.telemetry import count_trouble, frames

log = structlog.get_logger()


class Job(Protocol):
    """A module with a duty and its interval."""

    EVERY_SECONDS: float

    async def perform(self, services: Services) -> None:
        """Do the duty once."""
        ...


JOBS: tuple[Job, ...] = (
    deliver,
    export_logs,
    import_users,
    purge,
    give_up,
    keep_risk_state,
    learn,
    refresh_data,
    roll_events,
    tail,
    tell_floods,
)

# One process does these for all; no harm is done where for a moment two do, or none.
BY_THE_FIRST: tuple[Job, ...] = (purge, roll_events)


@asynccontextmanager
async def running(services: Services) -> AsyncIterator[None]:
    """Run every job for the length of the block."""
    tasks = [asyncio.create_task(_repeat(job, services)) for job in JOBS]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await tell_floods.perform(services)
        with suppress(StorageError):
            await keep_risk_state.perform(services, is_last=True)
            await services.tail.leave(services.clock.now(), asyncio.get_running_loop().time())


async def _repeat(job: Job, services: Services) -> None:
    while True:
        await asyncio.sleep(job.EVERY_SECONDS)
        if job in BY_THE_FIRST and not services.tail.is_first:
            continue
        try:
            await job.perform(services)
        except Exception as error:  # noqa: BLE001 - the next turn tries again, whatever it was
            count_trouble(f"job_{_name(job)}", "open")
            log.warning("job_failed", job=_name(job), error=type(error).__name__, at=frames(error))


def _name(job: Job) -> str:
    return str(getattr(job, "__name__", job)).rpartition(".")[2]
