"""How long events are kept: their context for some months, the rest of them for some years."""

from ipaddress import ip_network

from msgspec.structs import replace

from riskengine.base.clock import DAY
from riskengine.entities import AuthEvent
from riskengine.flows.services import Services
from riskengine.storage.errors import Conflict

_BATCH = 200  # each is read, changed and written: some 10 ms of the loop's time
_DELETED = 1000
# What is left of an address: networks of many households.
_V4_BITS, _V6_BITS = 24, 48


async def forget_old(services: Services, now: int) -> int:
    """Forget the contexts and the events that are due, batch by batch; answers how many were changed."""
    settings, changed = services.settings, 0
    while True:
        done = await _forget_contexts(services, now - settings.context_days * DAY)
        changed += done
        if done < _BATCH:
            break
    while True:
        done = await services.storage.purge_events(now - settings.event_days * DAY, limit=_DELETED)
        changed += done
        if done < _DELETED:
            return changed


async def _forget_contexts(services: Services, before: int) -> int:
    try:
        async with services.storage.transaction() as tx:
            events = await tx.events.whole_before(before, limit=_BATCH)
            for event in events:
                tx.events.save_context_free(context_free(event))
    except Conflict:
        # Another process is at it, or somebody judges so old an event: what is left comes in a minute.
        return 0
    return len(events)


def context_free(event: AuthEvent) -> AuthEvent:
    """The event without the facts of its attempt, its time zone and the last part of its address.

    The facts are digests of address, device, agent and headers, and the place's coordinates. Without them
    feedback on the event is still written down, but teaches nothing any more.
    """
    return replace(event, attempt=None, timezone=None, address=_shortened(event.address))


def _shortened(address: str | None) -> str | None:
    if address is None:
        return None
    bits = _V6_BITS if ":" in address else _V4_BITS
    return str(ip_network(f"{address}/{bits}", strict=False).network_address)
