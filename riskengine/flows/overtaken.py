"""Begins a unit of work again when somebody else's change came first."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from riskengine.storage.errors import Conflict
from riskengine.storage.interface import Storage, Transaction

T = TypeVar("T")

_TRIES = 24


async def repeated(storage: Storage, work: Callable[[Transaction], Awaitable[T]]) -> T:
    """The answer of `work`, once all its writes are durable; `work` reads afresh at each try.

    Raises:
        Conflict: others keep being first.
    """
    for _ in range(_TRIES - 1):
        try:
            return await _once(storage, work)
        except Conflict:
            continue
    return await _once(storage, work)


async def _once(storage: Storage, work: Callable[[Transaction], Awaitable[T]]) -> T:
    async with storage.transaction() as tx:
        return await work(tx)
