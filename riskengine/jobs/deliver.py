"""Delivers the outbox: claims what is due, hands it over, tries again what was not taken."""

import asyncio
import secrets

import structlog
from msgspec.structs import replace

from riskengine.base.clock import HOUR, MINUTE, SECOND
from riskengine.base.secret import Secret
from riskengine.courier.envelope import Content, open_content
from riskengine.courier.interface import DeliveryError
from riskengine.credentials.seal import SealError
from riskengine.entities import Message
from riskengine.flows import hooks
from riskengine.flows.exported_logs import export_failure
from riskengine.flows.messages import Letter
from riskengine.flows.services import Services
from riskengine.storage.errors import Conflict
from riskengine.telemetry import count_message

EVERY_SECONDS = 0.0  # each round rests until it is woken
_REST = 1.0
_BATCH = 32
_AT_ONCE = 8
_LEASE = 2 * MINUTE  # longer than any hand-over takes
_FIRST_PAUSE = 5 * SECOND
_LONGEST_PAUSE = HOUR
_MOST_TRIES = 12

log = structlog.get_logger()


async def perform(services: Services) -> None:
    """One round: wait for something to do, then deliver everything that is due."""
    await services.courier.rest(_REST)
    while await deliver_due(services):
        continue


async def deliver_due(services: Services) -> int:
    """Deliver a batch of what is due; answers how many messages this process claimed."""
    due = await services.storage.outbox.due(services.clock.now(), limit=_BATCH)
    if not due:
        return 0
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(message: Message) -> bool:
        async with gate:
            return await _deliver(services, message)

    return sum(await asyncio.gather(*(one(message) for message in due)))


async def _deliver(services: Services, message: Message) -> bool:
    claimed = await _claimed(services, message)
    if claimed is None:
        return False
    handing = asyncio.ensure_future(_hand_over(services, claimed))
    try:
        await asyncio.shield(handing)
    except asyncio.CancelledError:
        # The house is closing: what has been claimed is finished first, or it would go out twice.
        await handing
        raise
    return True


async def _claimed(services: Services, message: Message) -> Message | None:
    """The message as ours for a while; None when somebody else was first."""
    mine = replace(message, due=services.clock.now() + _LEASE, tries=message.tries + 1)
    try:
        async with services.storage.transaction() as tx:
            tx.outbox.save(mine)
    except Conflict:
        return None
    return replace(mine, version=message.version + 1)


async def _hand_over(services: Services, message: Message) -> None:
    try:
        content = open_content(services.sealer, message)
        is_sent = await _sent_by_customer(services, message, content)
        carrier = services.courier.carrier(message.medium)
        if not is_sent and carrier is not None:
            await carrier.carry(message, content)
            is_sent = True
        # What was sent is wiped, so that no code lingers; what nothing sends stays readable.
        after = (
            replace(message, status="sent", content=b"", trouble="")
            if is_sent
            else replace(message, status="kept")
        )
    except DeliveryError as error:
        after = _after_trouble(message, error.trouble, services.clock.now(), is_final=error.is_final)
    except SealError:
        after = _after_trouble(message, "SealError", services.clock.now(), is_final=True)
    except hooks.ERRORS as error:
        after = _after_trouble(message, error.type_name, services.clock.now(), is_final=False)
    if after.trouble:
        log.warning(
            "message_not_taken",
            pool=message.pool,
            id=message.id,
            medium=message.medium,
            tries=message.tries,
            trouble=after.trouble,
            status=after.status,
        )
    if after.status != "waiting":
        count_message(message.medium, after.status)
    async with services.storage.transaction() as tx:
        tx.outbox.save(after)
        pool = await tx.pools.find(message.pool) if after.status == "failed" else None
        if pool is not None:
            export_failure(tx, pool, after, services.clock.now())


async def _sent_by_customer(services: Services, message: Message, content: Content) -> bool:
    """Whether a sender of the customer's own (CustomEmailSender, CustomSMSSender) has taken it."""
    pool = await services.storage.pools.find(message.pool)
    name = "CustomEmailSender" if message.medium == "EMAIL" else "CustomSMSSender"
    if pool is None or not services.triggers.has(pool, name):
        return False
    user = await services.storage.users.get(message.pool, message.sub)
    letter = Letter(
        pool=pool,
        client=content.client,
        user=user,
        purpose=message.purpose,
        medium=message.medium,
        destination=message.destination,
        secret=Secret(content.secret),
        now=message.created,
        metadata=content.metadata,
    )
    return await hooks.custom_sender(services, letter)


def _after_trouble(message: Message, trouble: str, now: int, *, is_final: bool) -> Message:
    """Tried again after 5 s, 10 s, 20 s ... an hour, with some chance in it; then given up."""
    pause = min(_FIRST_PAUSE << (message.tries - 1), _LONGEST_PAUSE)
    due = now + pause // 2 + secrets.randbelow(pause)
    if is_final or message.tries >= _MOST_TRIES or due >= message.expires:
        return replace(message, status="failed", content=b"", trouble=trouble)
    return replace(message, due=due, trouble=trouble)
