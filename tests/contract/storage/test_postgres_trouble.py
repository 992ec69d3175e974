"""PostgreSQL when connections break, the server is away or others interfere."""

import asyncio

import asyncpg
import pytest
from stored_things import POOL, a_group, a_pool, an_event

from riskengine.storage import Unavailable, open_storage


@pytest.fixture
async def storage(postgres_url):
    opened = await open_storage(postgres_url)
    yield opened
    await opened.close()


@pytest.fixture
async def administrator(postgres_url):
    connection = await asyncpg.connect(postgres_url)
    yield connection
    await connection.close()


async def break_connections(administrator):
    await administrator.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()"
    )


async def test_a_store_works_again_after_its_connections_broke(storage, administrator):
    async with storage.transaction() as tx:
        tx.pools.add(a_pool())
    await asyncio.gather(*(storage.pools.find(POOL) for _ in range(5)))

    await break_connections(administrator)

    assert await storage.pools.get(POOL) == a_pool()
    async with storage.transaction() as tx:
        tx.events.add(an_event())
        tx.groups.add(a_group())
    assert await storage.groups.get(POOL, "admins") == a_group()


async def test_a_connection_lost_within_a_unit_is_unavailable_and_leaves_nothing(storage, administrator):
    async with administrator.transaction():
        await administrator.execute("lock table groups in access exclusive mode")
        unit = asyncio.create_task(add_pool_and_group(storage))
        await until_a_lock_is_waited_for(administrator)
        await break_connections(administrator)
        with pytest.raises(Unavailable):
            await unit

    assert await storage.pools.find(POOL) is None


async def until_a_lock_is_waited_for(administrator):
    waiting = "select count(*) from pg_locks where not granted and relation = 'groups'::regclass"
    while not await administrator.fetchval(waiting):  # noqa: ASYNC110 - the database has no event for it
        await asyncio.sleep(0.01)


async def add_pool_and_group(storage):
    async with storage.transaction() as tx:
        tx.pools.add(a_pool())
        tx.groups.add(a_group())


async def test_a_serialization_failure_is_tried_again(postgres_url, administrator, storage):
    """A database set to serializable rolls units back for others' sake; the waiter does not notice."""
    name = await administrator.fetchval("select current_database()")
    await administrator.execute(f"alter database {name} set default_transaction_isolation = serializable")
    try:
        await asyncio.gather(*(add_to_group(storage, number) for number in range(8)))
    finally:
        await administrator.execute(f"alter database {name} reset default_transaction_isolation")

    assert all([await storage.spent.is_spent(POOL, f"{number}") for number in range(8)])


async def add_to_group(storage, number):
    async with storage.transaction() as tx:
        tx.spent.spend(POOL, f"{number}", number)
        tx.groups.remove_member(POOL, "admins", "sub-1")
        tx.groups.add_member(POOL, "admins", "sub-1", number)


@pytest.mark.parametrize(
    "url",
    ["postgresql://u:hunter2@127.0.0.1:1/d?sslmode=disable", "postgresql://u:hunter2@/d?host=/nowhere"],
    ids=["port", "socket"],
)
async def test_a_server_that_is_away_is_unavailable_without_its_password(url):
    storage = await open_storage(url)
    with pytest.raises(Unavailable) as refused:
        await storage.ping()
    with pytest.raises(Unavailable):
        await add_pool_and_group(storage)
    await storage.close()

    assert "hunter2" not in repr(refused.value)


async def test_a_database_that_is_not_there_is_unavailable(postgres_url):
    storage = await open_storage(postgres_url.replace("/test_", "/missing_"))
    with pytest.raises(Unavailable):
        await storage.ping()
    await storage.close()
