"""Exports log lines: claims what is due, writes it to its destination, tries again what was not taken."""

from collections import defaultdict
from collections.abc import Sequence

import structlog

from riskengine.base.clock import MINUTE
from riskengine.courier.interface import DeliveryError
from riskengine.entities import LogLine
from riskengine.flows.exported_logs import destination_of
from riskengine.flows.services import Services
from riskengine.storage.errors import Conflict

EVERY_SECONDS = 1.0
_BATCH = 500
_LEASE = 2 * MINUTE  # longer than any hand-over takes; also the pause before another try

log = structlog.get_logger()


async def perform(services: Services) -> None:
    """Batch by batch, until nothing is due."""
    while await export_due(services) == _BATCH:
        continue


async def export_due(services: Services) -> int:
    """Export a batch of what is due; answers how many lines this process claimed."""
    now = services.clock.now()
    due = await services.storage.log_lines.due(now, limit=_BATCH)
    if not due or not await _claimed(services, due, now + _LEASE):
        return 0
    together: dict[tuple[str, str], list[LogLine]] = defaultdict(list)
    for line in due:
        together[line.pool, line.source].append(line)
    for lines in together.values():
        await _export(services, lines)
    return len(due)


async def _claimed(services: Services, lines: Sequence[LogLine], until: int) -> bool:
    try:
        async with services.storage.transaction() as tx:
            for line in lines:
                tx.log_lines.claim(line, until)
    except Conflict:
        # Another process is at it.
        return False
    return True


async def _export(services: Services, lines: Sequence[LogLine]) -> None:
    pool = await services.storage.pools.find(lines[0].pool)
    arn = destination_of(pool, lines[0].source) if pool else None
    if arn is not None:
        sink = services.log_sinks.get(arn)
        if sink is None:
            log.warning("log_not_exported", pool=lines[0].pool, arn=arn, trouble="not in log_destinations")
            return
        try:
            await sink.write([line.content for line in lines])
        except DeliveryError as error:
            log.warning(
                "log_not_exported", pool=lines[0].pool, arn=arn, lines=len(lines), trouble=error.trouble
            )
            return
    # A pool that exports no longer wants what waited, either.
    async with services.storage.transaction() as tx:
        for line in lines:
            tx.log_lines.delete(line)
