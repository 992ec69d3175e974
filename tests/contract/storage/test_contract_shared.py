"""What processes tell each other, and how a unit says that it has ended; on both databases."""

import asyncio

import pytest
from stored_things import NOW, POOL, a_pool

from riskengine.entities import Observation, Worker
from riskengine.storage import AlreadyExists, Conflict


def an_observation(number, process="one", pool=POOL, decided=0):
    return Observation(pool=pool, process=process, number=number, decided=decided, body=b"%d" % number)


class TestObservations:
    async def test_a_reader_gets_one_writer_s_in_order_after_a_number(self, storage):
        async with storage.transaction() as tx:
            for number in (3, 1, 2):
                tx.observations.add(an_observation(number))
            tx.observations.add(an_observation(2, process="other"))
            tx.observations.add(an_observation(2, pool="us-east-1_other"))

        since = storage.observations.since
        assert await since(POOL, "one", 1, limit=9) == [an_observation(2), an_observation(3)]
        assert await since(POOL, "one", 0, limit=1) == [an_observation(1)]

    async def test_pages_of_a_pool_hold_every_writer_s(self, storage):
        async with storage.transaction() as tx:
            for process in ("b", "a"):
                for number in (1, 2):
                    tx.observations.add(an_observation(number, process))

        first = await storage.observations.of_pool(POOL, after=("", 0), limit=3)
        rest = await storage.observations.of_pool(POOL, after=(first[-1].process, first[-1].number), limit=3)

        assert [(each.process, each.number) for each in (*first, *rest)] == [
            ("a", 1),
            ("a", 2),
            ("b", 1),
            ("b", 2),
        ]

    async def test_a_number_is_used_once(self, storage):
        async with storage.transaction() as tx:
            tx.observations.add(an_observation(1))

        with pytest.raises(AlreadyExists):
            async with storage.transaction() as tx:
                tx.observations.add(an_observation(1))

    async def test_deleting_ends_at_a_number(self, storage):
        async with storage.transaction() as tx:
            for number in (1, 2, 3):
                tx.observations.add(an_observation(number))
            tx.observations.add(an_observation(1, process="other"))
        async with storage.transaction() as tx:
            tx.observations.delete_until(POOL, "one", 2)

        left = await storage.observations.of_pool(POOL, after=("", 0), limit=9)
        assert left == [an_observation(3), an_observation(1, process="other")]


class TestWorkers:
    async def test_a_worker_is_replaced_by_itself_and_goes_when_silent(self, storage):
        async with storage.transaction() as tx:
            tx.workers.put(Worker(process="one", beat=1, expires=NOW))
            tx.workers.put(Worker(process="two", beat=1, expires=NOW + 9))
        later = Worker(process="one", beat=2, expires=NOW + 5, touched={POOL: 7})
        async with storage.transaction() as tx:
            tx.workers.put(later)

        assert [worker.beat for worker in await storage.workers.list_()] == [2, 1]
        await storage.purge(NOW + 5)
        assert [worker.process for worker in await storage.workers.list_()] == ["two"]


class TestSwap:
    async def test_a_state_is_replaced_by_who_read_the_last_one(self, storage):
        async with storage.transaction() as tx:
            tx.populations.swap(POOL, None, 5, b"5")
        with pytest.raises(AlreadyExists):
            async with storage.transaction() as tx:
                tx.populations.swap(POOL, None, 6, b"6")
        async with storage.transaction() as tx:
            tx.populations.swap(POOL, 5, 7, b"7")
        with pytest.raises(Conflict):
            async with storage.transaction() as tx:
                tx.populations.swap(POOL, 5, 8, b"8")

        assert await storage.populations.time(POOL) == 7
        assert await storage.populations.find(POOL) == (7, b"7")
        assert await storage.populations.time("us-east-1_other") is None


class TestEndings:
    async def test_a_unit_tells_that_it_was_kept(self, storage):
        told = []
        async with storage.transaction() as tx:
            tx.pools.add(a_pool())
            tx.on_end(told.append)
            assert told == []

        assert told == ["kept"]

    @pytest.mark.parametrize("fails_inside", [True, False])
    async def test_a_unit_tells_that_it_was_dropped(self, storage, fails_inside):
        told = []

        async def work():
            async with storage.transaction() as tx:
                tx.on_end(told.append)
                tx.pools.save(a_pool(version=1))
                if fails_inside:
                    raise Conflict

        with pytest.raises(Conflict):
            await work()

        assert told == ["dropped"]

    async def test_a_waiter_that_was_cancelled_does_not_know(self, storage):
        told = []

        async def work():
            async with storage.transaction() as tx:
                tx.pools.add(a_pool())
                tx.on_end(told.append)

        task = asyncio.create_task(work())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        assert told == ["unknown"]

    async def test_outside_a_unit_nothing_ends(self, storage):
        with pytest.raises(RuntimeError, match="no transaction"):
            storage.on_end(print)

    async def test_changes_of_the_configuration_are_counted(self, storage):
        before = storage.configuration_changes
        async with storage.transaction() as tx:
            tx.pools.add(a_pool())
        async with storage.transaction() as tx:
            tx.workers.put(Worker(process="one", beat=1, expires=NOW))

        assert storage.configuration_changes == before + 1
