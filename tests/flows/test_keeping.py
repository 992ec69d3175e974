"""A pool's state is kept without stopping the loop, and says exactly what had happened when it was."""

import asyncio
import threading

import pytest
from people import AWAY, CHROME, HOME, PASSWORD, People

from riskengine.base.clock import MINUTE, to_seconds
from riskengine.flows import kept_state
from riskengine.flows.observations import Finished
from riskengine.risk import Relearned, relearning
from riskengine.storage.sqlite import SqliteFile

FLOOD = 30_000
PIECES = 4 * FLOOD // 2048


def flood(journal, now):
    """Fill tables as made-up names from everywhere would."""
    population = journal.engine.population
    for number in range(FLOOD):
        for name in ("ip", "client"):
            population.failures[name].add(f"{name}{number}", now)
            population.crowds[name].add(f"{name}{number}", f"user{number}", now)


async def failure(services, pool):
    """One more of what ended badly there, for everybody to take in."""
    events = [event async for event in services.storage.events.since(pool, 0)]
    failed = next(event for event in events if event.response == "Fail")
    lesson = (await services.risk.asked(failed)).lesson
    async with services.storage.transaction() as tx:
        services.risk.tell(tx, pool, Finished(failed.id, lesson))


def state(service, pool):
    async def work(s):
        found = (await s.risk.engine(pool, s.clock.now())).population.to_state()
        del found["tables"]["crowds.password"]
        return found

    return service.do(work)


@pytest.fixture
def people(new_service, tmp_path):
    people = People(new_service(database=f"sqlite:///{tmp_path / 'kept.db'}"))
    people.sign_in_from(HOME, CHROME, people.user())
    with pytest.raises(people.api.exceptions.NotAuthorizedException):
        people.sign_in_from(AWAY, CHROME, people.user(), f"{PASSWORD}not")
    return people


def test_what_happens_while_a_flooded_state_is_kept_is_there_once_after_a_restart(
    people, new_service, tmp_path, monkeypatch
):
    threads = set()
    deflated = kept_state._deflated
    monkeypatch.setattr(
        kept_state, "_deflated", lambda each: threads.add(threading.get_ident()) or deflated(each)
    )

    async def work(s):
        threads_before = {threading.get_ident()}
        journal = await s.risk.shelf.journal(people.pool, s.clock.now())
        flood(journal, to_seconds(s.clock.now()))
        failed = dict(journal.engine.population.failures["ip"].to_state())
        keeping = asyncio.create_task(s.risk.shelf.keep(journal, s.clock.now(), is_last=True))
        turns = 0
        while not keeping.done():
            turns += 1
            if turns in {2, PIECES // 2}:
                await failure(s, people.pool)
            await asyncio.sleep(0)
        assert journal.engine.population.failures["ip"].to_state() != failed
        return turns, threads_before, await keeping

    turns, loop_thread, was_kept = people.service.do(work)

    assert was_kept
    assert turns > PIECES  # others had their turn after each piece
    assert threads
    assert not threads & loop_thread
    found = new_service(database=f"sqlite:///{tmp_path / 'kept.db'}")
    assert state(found, people.pool) == state(people.service, people.pool)


def test_a_state_that_an_earlier_release_kept_is_read(people, new_service, tmp_path):
    async def as_before(s):
        """JSON, without the tables' columns."""
        import msgspec

        journal = await s.risk.shelf.journal(people.pool, s.clock.now())
        old = journal.engine.population.to_state()
        old["taken"] = {name: [each.low, sorted(each.above)] for name, each in journal.taken.items()}
        old["asked"] = []
        async with s.storage.transaction() as tx:
            tx.populations.put(people.pool, s.clock.now(), msgspec.json.encode(old))

    people.service.do(as_before)
    found = new_service(database=f"sqlite:///{tmp_path / 'kept.db'}")

    assert state(found, people.pool) == state(people.service, people.pool)


def test_only_the_position_is_read_of_what_another_process_kept(people):
    async def work(s):
        journal = await s.risk.shelf.journal(people.pool, s.clock.now())
        body = await kept_state.written(journal, journal.taken)
        return kept_state.position_in(body), journal.taken

    position, taken = people.service.do(work)

    assert {name: (each.low, each.above) for name, each in position.items()} == {
        name: (each.low, each.above) for name, each in taken.items()
    }
    assert taken[people.service.do(_process)].low > 0


async def _process(services):
    return services.risk.shelf.process


def test_what_is_no_state_of_ours_is_refused(people):
    async def work(s):
        with pytest.raises(ValueError, match="incorrect header"):
            await kept_state.read(b"\x00not a state", None)

    people.service.do(work)


def test_a_lesson_is_learned_beside_the_loop_and_the_next_score_waits_for_it(people, monkeypatch):
    threads, scored = [], []

    def learned(_lessons, champion, _red_team=()):
        threads.append(threading.get_ident())
        return Relearned(champion, is_promoted=True, reason="promoted")

    monkeypatch.setattr(relearning, "relearned", learned)

    async def work(s):
        journal = await s.risk.shelf.journal(people.pool, s.clock.now())
        population = journal.engine.population
        population.lessons.fresh, population._day = 8, 1
        await failure(s, people.pool)
        assert population.due is not None
        engines = await asyncio.gather(*(s.risk.engine(people.pool, s.clock.now()) for _ in range(3)))
        scored.extend(engine.population.learned_number for engine in engines)
        return threading.get_ident()

    loop_thread = people.service.do(work)

    assert scored == [1, 1, 1]
    assert len(threads) == 1
    assert loop_thread not in threads


def test_what_a_state_holds_is_deleted_some_at_a_time(people, monkeypatch):
    """Sign-ins wait for the same writer; a flood leaves tens of thousands."""
    gone = []
    commit = SqliteFile.commit

    async def counted(self, writes):
        touched = await commit(self, writes)
        gone.extend(
            count
            for write, count in zip(writes, touched, strict=True)
            if write.statement.text.startswith("delete from observations")
        )
        return touched

    monkeypatch.setattr(SqliteFile, "commit", counted)

    async def work(s):
        journal = await s.risk.shelf.journal(people.pool, s.clock.now())
        for _ in range(1100):
            await failure(s, people.pool)
        for minute in range(3):
            await s.risk.shelf.keep(journal, s.clock.now() + minute * MINUTE, is_last=minute == 0)
        return await s.storage.observations.of_pool(people.pool, after=("", 0), limit=10)

    assert people.service.do(work) == []
    assert sum(gone) > 1100
    assert max(gone) <= 500
