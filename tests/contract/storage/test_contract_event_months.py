"""Events by month: nothing is lost on the way there, every time has a place, and months go whole."""

import asyncio
import re
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stored_things import NOW, POOL, an_event
from test_contract_upgrades import opened

from riskengine.base.clock import DAY, SECOND
from riskengine.storage import Conflict, Unavailable, open_storage
from riskengine.storage.migrations import MIGRATIONS
from riskengine.storage.postgres_partitions import Partition, missing, partitions_of
from riskengine.storage.store import Store

SUB = an_event().sub
YEAR = 366 * DAY


def at(year, month, day=1):
    return int(datetime(year, month, day, tzinfo=UTC).timestamp()) * SECOND


async def add(storage, *events):
    async with storage.transaction() as tx:
        for event in events:
            tx.events.add(event)


async def ids(storage):
    return {event.id async for event in storage.events.since(POOL, -(2**62))}


@pytest.fixture
async def of_release_8(new_database_url, monkeypatch):
    """A store of the release before, and what brings its schema up to date."""
    database = await opened(new_database_url)
    with monkeypatch.context() as earlier:
        earlier.setattr("riskengine.storage.migrations.MIGRATIONS", MIGRATIONS[:8])
        await database.migrate()
    store = Store(database)
    yield store
    await store.close()


@pytest.fixture
async def months(new_postgres_url):
    """A new store on PostgreSQL, a connection beside it, and where its first partition ends."""
    storage = await open_storage(new_postgres_url)
    await storage.migrate()
    connection = await asyncpg.connect(new_postgres_url)
    end = next(p.end for p in await partitions_of(connection) if p.name == "events_before")
    yield storage, connection, end
    await connection.close()
    await storage.close()


async def names(connection):
    return {partition.name for partition in await partitions_of(connection)}


async def rows_of(connection, table):
    return {row[0] for row in await connection.fetch(f"select id from {table}")}


class TestEveryTime:
    async def test_an_event_of_any_time_is_kept_found_listed_and_saved(self, storage):
        times = (0, NOW - 3 * YEAR, NOW - 40 * DAY, NOW, NOW + 40 * DAY, NOW + 9 * YEAR)
        events = [an_event(f"e{number}", time=time) for number, time in enumerate(times)]
        await storage.roll_events(NOW, before=NOW - 2 * YEAR)
        await add(storage, *events)

        assert list(await storage.events.list_(POOL, SUB, before=None, limit=9)) == events[::-1]
        page = await storage.events.list_(POOL, SUB, before=(events[3].time, "e3"), limit=2)
        assert list(page) == [events[2], events[1]]
        assert [event.id async for event in storage.events.since(POOL, NOW)] == ["e3", "e4", "e5"]
        for event in events:
            assert await storage.events.get(POOL, SUB, event.id) == event
            async with storage.transaction() as tx:
                tx.events.save(event)

    async def test_a_turn_takes_no_young_event(self, storage):
        await add(storage, an_event("young", time=NOW), an_event("future", time=NOW + YEAR))

        assert await storage.roll_events(NOW, before=NOW - 2 * YEAR) == 0
        assert await ids(storage) == {"young", "future"}


class TestFromTheReleaseBefore:
    async def test_every_row_is_there_and_a_process_of_that_release_goes_on(self, of_release_8):
        times = (0, NOW - YEAR, NOW, NOW + 2 * YEAR, NOW + 50 * YEAR)
        events = [an_event(f"e{number}", time=time) for number, time in enumerate(times)]
        await add(of_release_8, *events)
        assert await of_release_8.events.get(POOL, SUB, "e1") == events[1]

        await of_release_8.migrate()

        # The same connections, with the statements they had prepared before.
        assert list(await of_release_8.events.list_(POOL, SUB, before=None, limit=9)) == events[::-1]
        assert await of_release_8.events.get(POOL, SUB, "e1") == events[1]
        await add(of_release_8, an_event("later", time=NOW + 1))
        async with of_release_8.transaction() as tx:
            tx.events.save(events[0])
            tx.events.save_context_free(events[4])
        assert await ids(of_release_8) == {"e0", "e1", "e2", "e3", "e4", "later"}

    async def test_sign_ins_go_on_while_several_processes_migrate(self, of_release_8, new_database_url):
        written = []

        async def write():
            for number in range(150):
                await add(of_release_8, an_event(f"e{number}", time=NOW + number))
                written.append(f"e{number}")

        others = [await open_storage(new_database_url) for _ in range(3)]
        await asyncio.gather(write(), *(other.migrate() for other in others))

        assert len(written) == 150
        for store in (of_release_8, *others):
            assert await ids(store) == set(written)
        for other in others:
            await other.close()


@pytest.fixture
async def old_postgres(new_postgres_url, monkeypatch):
    database = await opened(new_postgres_url)
    with monkeypatch.context() as earlier:
        earlier.setattr("riskengine.storage.migrations.MIGRATIONS", MIGRATIONS[:8])
        await database.migrate()
    connection = await asyncpg.connect(new_postgres_url)
    yield Store(database), connection
    await connection.close()
    await database.close()


class TestMigrationOnPostgres:
    async def test_no_row_is_copied_and_no_index_is_built(self, old_postgres):
        store, connection = old_postgres
        await add(store, an_event("e1"), an_event("e2", time=NOW + 50 * YEAR))
        files = (
            "select pg_relation_filenode(c.oid) from pg_class c left join pg_index i on i.indexrelid = c.oid"
            " where coalesce(i.indrelid, c.oid) = '{}'::regclass order by c.relname"
        )
        before = {row[0] for row in await connection.fetch(files.format("events"))}
        await store.migrate()

        assert {row[0] for row in await connection.fetch(files.format("events_before"))} == before
        assert len(before) == 5
        assert await rows_of(connection, "events_before") == {"e1"}
        assert await rows_of(connection, "events_rest") == {"e2"}

    async def test_a_boundary_that_was_checked_ahead_is_taken_without_a_scan(self, old_postgres):
        store, connection = old_postgres
        docs = (await asyncio.to_thread(_scaling)).split("```sql\n")
        [prepare] = [block.split("```")[0] for block in docs if "not valid" in block]
        await connection.execute(prepare)
        end = int(re.search(r"time < (\d+)", prepare)[1])
        await add(store, an_event("e1", time=end - 1))
        await connection.execute("set client_min_messages = debug1")
        notices = []
        connection.add_log_listener(lambda _, message: notices.append(message.message))
        # What the migration says, on a connection that listens.
        async with connection.transaction():
            for statement in MIGRATIONS[8].postgres:
                await connection.execute(statement)

        assert any("is implied by existing constraints" in notice for notice in notices)
        [first] = [p for p in await partitions_of(connection) if p.name == "events_before"]
        assert first.end == end
        assert await ids(store) == {"e1"}

    async def test_a_table_in_use_is_not_waited_for_long(self, old_postgres, monkeypatch):
        store, connection = old_postgres
        monkeypatch.setattr("riskengine.storage.postgres._PAUSES", ())
        async with connection.transaction():
            await connection.execute("select * from events")
            with pytest.raises(Unavailable, match="in use"):
                await store.migrate()
        assert await store.schema() == 8
        await store.migrate()
        assert await store.schema() == MIGRATIONS[-1].version

    async def test_partitions_made_by_hand_are_left_as_they_are(self, old_postgres):
        store, connection = old_postgres
        await connection.execute(
            "alter table events rename to events_flat;"
            "create table events (like events_flat including defaults, primary key (pool, sub, time, id))"
            " partition by range (time);"
            "create table mine partition of events default"
        )
        await store.migrate()

        assert await names(connection) == {"mine"}
        await add(store, an_event("e1", time=NOW))
        await store.roll_events(NOW, before=0)
        assert await ids(store) == {"e1"}


def _scaling():
    return (Path(__file__).parents[3] / "docs" / "scaling.md").read_text(encoding="utf-8")


class TestMonths:
    async def test_they_are_made_ahead_by_any_number_of_processes_once(self, months, new_postgres_url):
        storage, connection, end = months
        others = [await open_storage(new_postgres_url) for _ in range(4)]
        results = await asyncio.gather(
            *(each.roll_events(end + 200 * DAY, before=0) for each in others), return_exceptions=True
        )
        assert all(result == 0 or isinstance(result, Conflict) for result in results)
        before = await names(connection)
        assert len(before) == 9  # three of the migration's, four more, those before, the net
        await storage.roll_events(end + 200 * DAY, before=0)
        assert await names(connection) == before
        for other in others:
            await other.close()

    async def test_events_that_were_there_first_move_from_the_net_into_their_month(self, months):
        storage, connection, end = months
        time = end + 200 * DAY
        await add(storage, an_event("early", time=time), an_event("far", time=time + 9 * YEAR))
        await storage.events.get(POOL, SUB, "early")
        assert await rows_of(connection, "events_rest") == {"early", "far"}

        await storage.roll_events(time, before=0)

        assert await rows_of(connection, "events_rest") == {"far"}
        assert await ids(storage) == {"early", "far"}
        assert (await storage.events.get(POOL, SUB, "early")).time == time
        month = datetime.fromtimestamp(time // SECOND, UTC)
        assert await rows_of(connection, f"events_{month:%Y_%m}") == {"early"}

    async def test_sign_ins_into_a_month_go_on_while_it_is_made(self, months):
        storage, connection, end = months
        time = end + 200 * DAY

        async def write(who):
            for number in range(100):
                await add(storage, an_event(f"e{who}-{number}", time=time + number))

        async def roll():
            for number in range(20):
                await asyncio.sleep(0.01)
                await storage.roll_events(time + number * 31 * DAY, before=0)

        await asyncio.gather(write(1), write(2), write(3), roll())

        assert len(await ids(storage)) == 300
        assert await rows_of(connection, "events_rest") == set()

    async def test_a_net_too_large_to_be_read_under_a_lock_keeps_its_months(self, months, monkeypatch):
        storage, connection, end = months
        time = end + 200 * DAY
        await add(storage, an_event("early", time=time))
        before = await names(connection)
        monkeypatch.setattr("riskengine.storage.postgres_partitions._LARGEST_NET", 0)

        for _ in range(2):
            assert await storage.roll_events(time, before=0) == 0
        assert await names(connection) == before
        assert await ids(storage) == {"early"}
        assert await storage.purge_events(time + 1) == 1


class TestRetention:
    async def test_a_month_goes_when_all_of_it_is_past_and_no_earlier(self, months):
        storage, connection, end = months
        first = sorted(p.end for p in await partitions_of(connection) if p.end is not None)[1]
        name = next(p.name for p in await partitions_of(connection) if p.end == first)
        await add(
            storage, an_event("e1", time=end), an_event("e2", time=first - 1), an_event("e3", time=first)
        )
        await storage.roll_events(first - 1, before=end)
        assert await storage.purge_events(first - 1) == 0

        assert await storage.roll_events(first - 1, before=first - 1) == 0
        assert await ids(storage) == {"e1", "e2", "e3"}
        assert await storage.roll_events(first, before=first) == 1
        assert name not in await names(connection)
        assert await ids(storage) == {"e3"}
        assert await storage.roll_events(first, before=first) == 0

    async def test_what_was_there_before_months_goes_by_rows_and_then_whole(self, months):
        storage, connection, end = months
        await add(storage, an_event("e1", time=end - 99), an_event("e2", time=end - 1))

        assert await storage.purge_events(end - 50) == 1
        assert await storage.roll_events(end, before=end - 1) == 0
        assert await ids(storage) == {"e2"}
        assert await storage.roll_events(end, before=end) == 1
        assert "events_before" not in await names(connection)
        # A clock that is behind still finds a place: the net, which rows leave one by one.
        await add(storage, an_event("e3", time=end - 1))
        assert await rows_of(connection, "events_rest") == {"e3"}
        assert await storage.purge_events(end) == 1

    async def test_the_net_is_never_dropped(self, months):
        storage, connection, end = months
        await add(storage, an_event("far", time=end + 90 * YEAR))
        await storage.roll_events(end, before=end + 99 * YEAR)

        assert "events_before" not in await names(connection)
        assert "events_rest" in await names(connection)
        assert await ids(storage) == {"far"}

    async def test_a_month_that_is_being_read_is_left_for_the_next_turn(self, months):
        storage, connection, end = months
        async with connection.transaction():
            await connection.execute("select * from events")
            with pytest.raises(Conflict):
                await storage.roll_events(end, before=end)
            await add(storage, an_event("e1", time=end))

        assert await storage.roll_events(end, before=end) == 1
        assert await ids(storage) == {"e1"}


class TestMissing:
    @given(st.integers(at(1971, 1), at(9000, 1)))
    def test_four_whole_months_follow_each_other_and_hold_now(self, now):
        found = list(missing([Partition("events_rest")], now))

        assert len(found) == 4
        assert found[0].start <= now < found[0].end
        assert all(one.end == two.start for one, two in pairwise(found))
        made = [Partition(month.name, month.start, month.end) for month in found]
        assert list(missing(made, now)) == []

    def test_a_month_is_made_from_where_another_partition_ends(self):
        (first, *_) = missing([Partition("events_before", -(2**63), at(2027, 1, 15))], at(2027, 1, 3))

        assert (first.name, first.start, first.end) == ("events_2027_01", at(2027, 1, 15), at(2027, 2))
