"""Pools' own lists of breached passwords, on both databases."""

import asyncio

from stored_things import NOW, POOL, a_pool

from riskengine.storage.interface import PasswordList

WORD, OTHER = b"\x00word" * 6, b"\xffother" * 5


async def added(storage, *digests, pool=POOL, now=NOW):
    async with storage.transaction() as tx:
        for digest in digests:
            tx.breached_passwords.add(pool, digest, now)


async def test_a_digest_is_listed_in_its_pool_only(storage, other_storage):
    await added(storage, WORD)

    assert await other_storage.breached_passwords.has(POOL, WORD)
    assert not await other_storage.breached_passwords.has(POOL, OTHER)
    assert not await other_storage.breached_passwords.has(POOL, WORD[:-1])
    assert not await other_storage.breached_passwords.has("other", WORD)


async def test_adding_twice_is_adding_once(storage, other_storage):
    await asyncio.gather(*(added(store, WORD, OTHER, WORD) for store in (storage, other_storage) * 3))
    await added(storage, WORD, now=NOW + 5)

    assert await storage.breached_passwords.lists() == [PasswordList(POOL, 2, NOW)]


async def test_lists_are_told_by_pool(storage):
    assert await storage.breached_passwords.lists() == []
    assert not await storage.breached_passwords.any(POOL)
    await added(storage, WORD, pool="b")
    await added(storage, WORD, OTHER, pool="a")
    await added(storage, b"newest", pool="a", now=NOW + 7)
    assert [await storage.breached_passwords.any(pool) for pool in ("a", "b", "c")] == [True, True, False]

    assert await storage.breached_passwords.lists() == [
        PasswordList("a", 3, NOW + 7),
        PasswordList("b", 1, NOW),
    ]


async def test_clearing_leaves_other_pools_alone(storage):
    await added(storage, WORD, OTHER)
    await added(storage, WORD, pool="other")
    async with storage.transaction() as tx:
        tx.breached_passwords.clear(POOL)
        tx.breached_passwords.clear("nobody's")

    assert await storage.breached_passwords.lists() == [PasswordList("other", 1, NOW)]


async def test_a_list_goes_with_its_pool(storage):
    async with storage.transaction() as tx:
        tx.pools.add(a_pool())
        tx.breached_passwords.add(POOL, WORD, NOW)
        tx.breached_passwords.add("other", WORD, NOW)
    async with storage.transaction() as tx:
        tx.pools.delete(a_pool())

    assert await storage.breached_passwords.lists() == [PasswordList("other", 1, NOW)]
