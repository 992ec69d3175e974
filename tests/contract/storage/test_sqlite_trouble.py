"""SQLite when the process dies, the disk is full or somebody else holds the lock."""

import asyncio
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from stored_things import NOW, POOL, a_pool, an_event

from riskengine.storage import Unavailable, open_storage
from riskengine.storage.group_commit import commit_group
from riskengine.storage.sqlite_backup import backup

WRITER = """
import asyncio, sys
sys.path.insert(0, sys.argv[2])
from stored_things import an_event, a_session
from riskengine.storage import open_storage

async def client(storage, name):
    number = 0
    while True:
        number += 1
        async with storage.transaction() as tx:
            tx.events.add(an_event(f"{name}-{number}"))
            tx.sessions.add(a_session(f"{name}-{number}"))
        print(f"{name}-{number}", flush=True)

async def main():
    storage = await open_storage(sys.argv[1])
    await asyncio.gather(*(client(storage, name) for name in range(8)))

asyncio.run(main())
"""


async def add(storage, *events):
    async with storage.transaction() as tx:
        for event in events:
            tx.events.add(event)


async def test_a_killed_process_has_lost_nothing_that_it_acknowledged(sqlite_url):
    here = __file__.rpartition("/")[0]
    writer = subprocess.Popen(  # noqa: ASYNC220 - nothing else runs on this loop
        [sys.executable, "-c", WRITER, sqlite_url, here], stdout=subprocess.PIPE, text=True
    )
    acknowledged = [writer.stdout.readline().strip() for _ in range(200)]
    writer.send_signal(signal.SIGKILL)
    acknowledged += [
        line.strip() for line in writer.communicate()[0].splitlines(keepends=True) if "\n" in line
    ]

    storage = await open_storage(sqlite_url)
    kept = {event.id async for event in storage.events.since(POOL, NOW)}
    assert kept >= set(acknowledged)
    for id_ in kept:
        await storage.sessions.get(POOL, id_)
    await storage.close()


async def test_a_lock_of_another_process_is_waited_for_then_reported_then_forgotten(
    storage_file, storage_path, monkeypatch
):
    monkeypatch.setattr("riskengine.storage.sqlite._WRITER_PATIENCE", 0.01)
    with closing(sqlite3.connect(storage_path, isolation_level=None)) as other:
        other.execute("begin immediate")
        outcomes = await asyncio.gather(
            *(add(storage_file, an_event(f"e{number}")) for number in range(5)), return_exceptions=True
        )
        assert {repr(outcome) for outcome in outcomes} == {"Unavailable('SQLITE_BUSY')"}
        assert await storage_file.events.list_(POOL, "sub-1", before=None, limit=9) == []
        other.execute("rollback")

    await add(storage_file, an_event())
    assert await storage_file.events.get(POOL, "sub-1", "event-1") == an_event()


async def test_a_full_disk_is_reported_to_every_waiter_and_left_behind(
    storage_file, storage_path, monkeypatch
):
    with closing(sqlite3.connect(storage_path)) as connection:
        pages = connection.execute("pragma page_count").fetchone()[0]
    pragmas = ("journal_mode = wal", "synchronous = full", f"max_page_count = {pages + 2}")
    monkeypatch.setattr("riskengine.storage.sqlite._WRITER_PRAGMAS", pragmas)

    big = [an_event(f"e{number}", username="x" * 4096) for number in range(20)]
    outcomes = await asyncio.gather(*(add(storage_file, event) for event in big), return_exceptions=True)
    assert {repr(outcome) for outcome in outcomes} == {"Unavailable('SQLITE_FULL')"}
    assert await storage_file.events.list_(POOL, "sub-1", before=None, limit=9) == []

    monkeypatch.undo()
    await add(storage_file, *big)
    assert len(await storage_file.events.list_(POOL, "sub-1", before=None, limit=50)) == 20


async def test_a_read_only_disk_is_reported_and_the_file_that_is_there_afterwards_is_read(
    storage_file, storage_path, monkeypatch
):
    """A volume that is mounted anew has other files at the same paths: both sides go on with those."""
    await add(storage_file, an_event("before"))
    await asyncio.to_thread(backup, Path(storage_path), Path(f"{storage_path}.repaired"))
    monkeypatch.setattr("riskengine.storage.sqlite_writer.commit_group", read_only)
    with pytest.raises(Unavailable, match="SQLITE_READONLY"):
        await add(storage_file, an_event("refused"))
    assert await kept(storage_file) == {"before"}
    monkeypatch.undo()
    mount_anew(storage_path)

    await add(storage_file, an_event("after"))

    assert await kept(storage_file) == {"before", "after"}


def mount_anew(path):
    for suffix in ("", "-wal", "-shm"):
        Path(path + suffix).unlink(missing_ok=True)
    Path(f"{path}.repaired").rename(path)


def read_only(connection, units):
    """A group's commit, as SQLite has it on a disk that takes no writes."""
    connection.execute("pragma query_only = on")
    return commit_group(connection, units)


async def kept(storage):
    return {event.id async for event in storage.events.since(POOL, NOW)}


async def test_closing_finishes_what_was_accepted(storage_file, sqlite_url):
    waiters = [asyncio.create_task(add(storage_file, an_event(f"e{number}"))) for number in range(50)]
    await asyncio.sleep(0)
    await storage_file.close()
    await asyncio.gather(*waiters)

    reopened = await open_storage(sqlite_url)
    assert len(await reopened.events.list_(POOL, "sub-1", before=None, limit=99)) == 50
    await reopened.close()


async def test_too_many_waiting_writes_are_refused_at_once(storage_file, monkeypatch):
    monkeypatch.setattr("riskengine.storage.sqlite_writer._MOST_WAITING", 3)
    outcomes = await asyncio.gather(
        *(add(storage_file, an_event(f"e{number}")) for number in range(5)), return_exceptions=True
    )

    assert outcomes.count(None) == 3
    assert {type(outcome) for outcome in outcomes[3:]} == {Unavailable}
    await add(storage_file, an_event("later"))


async def test_what_a_unit_does_wrong_is_its_own(storage_file):
    """A statement that can't run fails its unit; its neighbours in the commit stand."""

    async def wrong():
        async with storage_file.transaction() as tx:
            tx.pools.add(a_pool(version="no version"))  # the column takes it, but nobody else does
            tx.events.add(an_event(sub=None))  # not null

    outcomes = await asyncio.gather(
        add(storage_file, an_event("before")),
        wrong(),
        add(storage_file, an_event("after")),
        return_exceptions=True,
    )

    assert [type(outcome) for outcome in outcomes] == [type(None), sqlite3.IntegrityError, type(None)]
    assert await storage_file.pools.find(POOL) is None


@pytest.fixture
def storage_path(sqlite_url):
    return sqlite_url.removeprefix("sqlite:///")


@pytest.fixture
async def storage_file(sqlite_url):
    opened = await open_storage(sqlite_url)
    yield opened
    await opened.close()
