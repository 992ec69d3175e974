"""Overload: places for calls, turns for pools, refusals instead of a collapse."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine.server.admission import Admission, OverloadedError


class Calls:
    """Calls of pools that are in the middle of their work until told to end."""

    def __init__(self, admission):
        self.admission = admission
        self.inside = []
        self.refused = []
        self._ends = []

    async def call(self, lane):
        try:
            await self.admission.enter(lane)
        except OverloadedError:
            self.refused.append(lane)
            return
        self.inside.append(lane)
        end = asyncio.Event()
        self._ends.append(end)
        await end.wait()
        self.admission.leave(lane)

    def begin(self, lane, count=1):
        return [asyncio.create_task(self.call(lane)) for _ in range(count)]

    async def end_one(self):
        self._ends.pop(0).set()
        await settle()


async def settle():
    for _ in range(5):
        await asyncio.sleep(0)


async def test_calls_wait_for_a_place_and_then_take_turns_by_pool():
    calls = Calls(Admission(4, 100))
    tasks = calls.begin("flooder", 10)
    await settle()
    assert calls.inside == ["flooder"] * 3  # one place is never a single pool's
    tasks += calls.begin("quiet")
    await settle()
    assert calls.inside[3:] == ["quiet"]
    tasks += calls.begin("quiet", 2)
    await settle()

    for _ in range(4):
        await calls.end_one()

    assert sorted(calls.inside[4:8]) == ["flooder", "flooder", "quiet", "quiet"]
    while calls._ends:
        await calls.end_one()
    await asyncio.gather(*tasks)
    assert calls.refused == []
    assert len(calls.inside) == 13


async def test_a_full_room_refuses_the_flooder_not_the_newcomer():
    calls = Calls(Admission(1, 5))
    tasks = calls.begin("flooder", 9)
    await settle()
    assert calls.refused == ["flooder"] * 3
    assert calls.admission.is_full

    tasks += calls.begin("quiet")
    await settle()
    assert calls.refused == ["flooder"] * 4
    await calls.end_one()
    await calls.end_one()

    assert "quiet" in calls.inside[:3]
    while calls._ends:
        await calls.end_one()
    await asyncio.gather(*tasks)


async def test_a_call_that_waits_too_long_is_refused_and_leaves_no_trace():
    calls = Calls(Admission(1, 5, patience=0.05))
    tasks = calls.begin("pool", 2)
    await asyncio.sleep(0.1)
    assert (calls.inside, calls.refused) == (["pool"], ["pool"])

    await calls.end_one()
    tasks += calls.begin("pool")
    await settle()
    assert len(calls.inside) == 2
    await calls.end_one()
    await asyncio.gather(*tasks)


async def test_a_caller_that_goes_away_gives_its_place_back():
    calls = Calls(Admission(1, 5))
    first, second, third = (calls.begin("pool")[0] for _ in range(3))
    await settle()
    second.cancel()
    await settle()
    await calls.end_one()

    assert len(calls.inside) == 2
    await calls.end_one()
    await asyncio.gather(first, third)


async def test_cancelled_at_the_very_moment_of_its_turn():
    calls = Calls(Admission(1, 5))
    first, second = calls.begin("pool")[0], calls.begin("pool")[0]
    await settle()
    calls._ends.pop(0).set()
    await asyncio.sleep(0)  # the place is given, its new owner not yet woken
    second.cancel()
    await settle()

    third = calls.begin("pool")[0]
    await settle()
    assert len(calls.inside) == 2
    await calls.end_one()
    await asyncio.gather(first, third)
    with pytest.raises(asyncio.CancelledError):
        await second


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["come", "go", "cancel"])), max_size=60))
def test_never_more_than_the_places_and_never_an_idle_one(acts):
    async def play():
        admission = Admission(4, 6)
        calls, tasks = Calls(admission), []
        for lane, act in acts:
            if act == "come":
                tasks += calls.begin(lane)
            elif act == "go" and calls._ends:
                calls._ends.pop(0).set()
            elif act == "cancel" and tasks:
                tasks.pop().cancel()
            await settle()
            assert admission._count <= 4
            assert sum(admission._running.values()) == admission._count
            assert max(admission._running.values(), default=0) <= 3
        while calls._ends:
            await calls.end_one()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(play())
