"""Units of work, expiry and what no database can hold, on both databases."""

import asyncio

import pytest
from stored_things import NOW, POOL, a_group, a_pool, a_session, a_user, an_event

from riskengine.base.clock import DAY
from riskengine.entities import Lockout
from riskengine.storage import AlreadyExists, Conflict, Unavailable, Unstorable, open_storage


class TestTransactions:
    async def test_an_exception_inside_drops_every_write(self, storage):
        async def fail():
            async with storage.transaction() as tx:
                tx.pools.add(a_pool())
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await fail()

        assert await storage.pools.find(POOL) is None

    @pytest.mark.parametrize(("verb", "error"), [("add", AlreadyExists), ("save", Conflict)])
    async def test_one_failing_write_undoes_the_others(self, storage, verb, error):
        async with storage.transaction() as tx:
            tx.groups.add(a_group())

        async def unit():
            async with storage.transaction() as tx:
                tx.pools.add(a_pool())
                getattr(tx.groups, verb)(a_group(version=7))
                tx.events.add(an_event())

        with pytest.raises(error):
            await unit()

        assert await storage.pools.find(POOL) is None
        assert await storage.events.list_(POOL, "sub-1", before=None, limit=1) == []

    async def test_of_several_keys_the_taken_one_is_named(self, storage):
        async with storage.transaction() as tx:
            tx.sessions.add(a_session("s"))

        async def unit():
            async with storage.transaction() as tx:
                tx.pools.add(a_pool())
                tx.sessions.add(a_session("s"))
                tx.events.add(an_event())

        with pytest.raises(AlreadyExists) as taken:
            await unit()

        assert taken.value.what == "session"
        assert await storage.pools.find(POOL) is None
        assert await storage.events.list_(POOL, "sub-1", before=None, limit=1) == []

    async def test_reads_inside_see_what_is_committed(self, storage):
        async with storage.transaction() as tx:
            tx.pools.add(a_pool())
            assert await tx.pools.find(POOL) is None

        async with storage.transaction() as tx:
            assert await tx.pools.find(POOL) == a_pool()

    async def test_another_process_sees_a_commit_at_once(self, storage, other_storage):
        async with storage.transaction() as tx:
            tx.pools.add(a_pool())

        assert await other_storage.pools.get(POOL) == a_pool()

    async def test_writes_happen_in_order(self, storage):
        async with storage.transaction() as tx:
            tx.groups.add(a_group())
            tx.groups.save(a_group(precedence=1))
            tx.groups.save(a_group(precedence=2, version=1))

        assert await storage.groups.get(POOL, "admins") == a_group(precedence=2, version=2)

    async def test_one_version_is_saved_once_in_a_unit(self, storage):
        async with storage.transaction() as tx:
            tx.groups.add(a_group())
            tx.groups.save(a_group(precedence=1))
            with pytest.raises(RuntimeError, match="saved twice"):
                tx.groups.save(a_group(precedence=2))

    async def test_a_unit_without_writes_commits_nothing(self, storage):
        async with storage.transaction():
            pass

    async def test_a_write_outside_a_transaction_is_refused(self, storage):
        with pytest.raises(RuntimeError, match="outside a transaction"):
            storage.pools.add(a_pool())

    async def test_a_write_after_the_end_is_refused(self, storage):
        async with storage.transaction() as tx:
            pass

        with pytest.raises(RuntimeError, match="ended"):
            tx.pools.add(a_pool())

    async def test_many_units_at_once_stand_or_fall_alone(self, storage):
        async def add(number):
            async with storage.transaction() as tx:
                tx.events.add(an_event(f"e{number // 2}", time=NOW + number // 2))

        outcomes = await asyncio.gather(*(add(number) for number in range(40)), return_exceptions=True)

        assert outcomes.count(None) == 20
        assert len(await storage.events.list_(POOL, "sub-1", before=None, limit=50)) == 20

    async def test_units_that_cross_each_other_all_end(self, storage, other_storage):
        """Two orders of the same two rows: a database may have to choose a victim and try it again."""
        names = ("a", "b")
        async with storage.transaction() as tx:
            for sub in names:
                tx.users.add(a_user(sub), name_key=sub, aliases=[])

        async def take(store, sub, aliases):
            for _ in range(5):
                async with store.transaction() as tx:
                    for alias in aliases:
                        tx.users.set_aliases(a_user(sub), [alias], take_over=True)

        await asyncio.gather(take(storage, "a", ("x", "y")), take(other_storage, "b", ("y", "x")))

        owners = {alias: await storage.users.find(POOL, alias) for alias in ("x", "y")}
        assert any(owners.values())

    async def test_a_cancelled_waiter_loses_no_unit(self, storage, database_url):
        async def add(number):
            async with storage.transaction() as tx:
                tx.events.add(an_event(f"e{number}"))
                tx.sessions.add(a_session(f"e{number}"))

        waiters = [asyncio.create_task(add(number)) for number in range(12)]
        await asyncio.sleep(0)
        for waiter in waiters:
            waiter.cancel()
        outcomes = await asyncio.gather(*waiters, return_exceptions=True)
        await storage.close()

        assert {type(outcome) for outcome in outcomes} == {asyncio.CancelledError}
        reopened = await open_storage(database_url)
        assert len(await reopened.events.list_(POOL, "sub-1", before=None, limit=50)) == 12
        for number in range(12):
            await reopened.sessions.get(POOL, f"e{number}")
        await reopened.close()

    async def test_a_cancelled_block_commits_nothing(self, storage):
        async def never_ends():
            async with storage.transaction() as tx:
                tx.pools.add(a_pool())
                await asyncio.Event().wait()

        waiter = asyncio.create_task(never_ends())
        await asyncio.sleep(0)
        waiter.cancel()
        await asyncio.gather(waiter, return_exceptions=True)

        assert await storage.pools.find(POOL) is None

    async def test_a_closed_store_is_unavailable(self, storage):
        await storage.close()

        with pytest.raises(Unavailable):
            await storage.pools.find(POOL)
        with pytest.raises(Unavailable):
            async with storage.transaction() as tx:
                tx.pools.add(a_pool())

    async def test_a_store_in_order_answers_a_ping(self, storage):
        await storage.ping()


class TestUnstorable:
    @pytest.mark.parametrize("key", ["a\0b", "\ud800", "x" * 513], ids=["nul", "surrogate", "long"])
    async def test_a_key_that_no_database_holds_is_never_found_and_never_written(self, storage, key):
        assert await storage.users.find(POOL, key) is None
        assert await storage.groups.list_(POOL, after=key, limit=5) == []
        assert await storage.lockouts.find(POOL, key, "password") == Lockout()
        assert not await storage.spent.is_spent(POOL, key)
        async with storage.transaction() as tx:
            with pytest.raises(Unstorable):
                tx.users.add(a_user(), name_key=key, aliases=[])
            with pytest.raises(Unstorable):
                tx.spent.spend(POOL, key, NOW)

    async def test_the_longest_keys_are_held(self, storage):
        key = "\U0001f600" * 512
        async with storage.transaction() as tx:
            tx.spent.spend("p", key, NOW)

        assert await storage.spent.is_spent("p", key)

    @pytest.mark.parametrize("time", [2**63 - 1, -(2**63)])
    async def test_times_have_64_bits(self, storage, time):
        async with storage.transaction() as tx:
            tx.events.add(an_event(time=time))

        assert await storage.events.list_(POOL, "sub-1", before=None, limit=1) == [an_event(time=time)]

    async def test_a_time_beyond_64_bits_is_refused(self, storage):
        async with storage.transaction() as tx:
            with pytest.raises(Unstorable):
                tx.spent.spend(POOL, "id", 2**63)

    async def test_text_that_is_no_unicode_is_refused(self, storage):
        async with storage.transaction() as tx:
            with pytest.raises(Unstorable):
                tx.users.add(a_user(attributes={"name": "\ud800"}), name_key="a", aliases=[])


class TestPurge:
    async def test_what_has_expired_goes_and_the_rest_stays(self, storage):
        async with storage.transaction() as tx:
            for place, end in enumerate((NOW - 1, NOW, NOW + 1)):
                tx.spent.spend(POOL, f"id{place}", end)
                tx.sessions.add(a_session(f"s{place}", expires=end - DAY))
                tx.lockouts.save(POOL, f"k{place}", "mfa", Lockout(failures=1, locked_until=end - DAY))

        assert await storage.purge(NOW) == 6

        spent = [await storage.spent.is_spent(POOL, f"id{place}") for place in range(3)]
        assert spent == [False, False, True]
        assert await storage.sessions.find_by_refresh(POOL, b"s1") is None
        assert await storage.sessions.get(POOL, "s2") == a_session("s2", expires=NOW + 1 - DAY)
        assert await storage.lockouts.find(POOL, "k1", "mfa") == Lockout()
        assert (await storage.lockouts.find(POOL, "k2", "mfa")).failures == 1

    async def test_a_purge_is_no_longer_than_its_limit(self, storage):
        async with storage.transaction() as tx:
            for place in range(5):
                tx.spent.spend(POOL, f"id{place}", NOW)

        assert [await storage.purge(NOW, limit=2) for _ in range(4)] == [2, 2, 1, 0]

    async def test_a_forgotten_lock_counts_from_the_start(self, storage):
        async with storage.transaction() as tx:
            tx.lockouts.save(POOL, "alice", "password", Lockout(failures=4, last_failure=NOW))

        await storage.purge(NOW + DAY)

        async with storage.transaction() as tx:
            tx.lockouts.save(POOL, "alice", "password", Lockout(failures=1))
        assert await storage.lockouts.find(POOL, "alice", "password") == Lockout(failures=1, version=1)
