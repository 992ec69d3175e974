"""A pool's own list of passwords that nobody may have; kept as keyed digests, in force at once."""

from collections.abc import Callable, Iterable
from itertools import islice

from riskengine.base.secret import Secret
from riskengine.flows.services import Services

_BATCH = 1000  # of one unit


async def add_passwords(
    services: Services, pool: str, passwords: Iterable[Secret], progress: Callable[[int], None]
) -> int:
    """Add passwords, in units of a thousand; answers how many were given, known ones too."""
    given, every = 0, iter(passwords)
    while batch := list(islice(every, _BATCH)):
        now = services.clock.now()
        async with services.storage.transaction() as tx:
            for password in batch:
                tx.breached_passwords.add(pool, services.screening.digests(pool, password)[0], now)
        given += len(batch)
        progress(given)
    return given


async def clear_passwords(services: Services, pool: str) -> None:
    """Forget the pool's list."""
    async with services.storage.transaction() as tx:
        tx.breached_passwords.clear(pool)
