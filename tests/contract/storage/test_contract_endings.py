"""What goes with a user, with a pool and with time, of codes, messages, devices and passkeys."""

import pytest
from msgspec.structs import replace
from stored_messages import a_code, a_device, a_message, a_passkey
from stored_things import NOW, POOL, a_pool, a_user, an_event

from riskengine.entities import RateWindow
from riskengine.storage import Conflict, NotFound

NAMES = {"sub-1": "alice", "sub-2": "bob"}


async def full(storage, pool, sub):
    """A user with one of everything, known by sub and by name."""
    user = a_user(sub, pool=pool, username=NAMES[sub])
    async with storage.transaction() as tx:
        tx.users.add(user, name_key=user.username, aliases=[])
        for subject in (sub, NAMES[sub]):
            tx.codes.save(a_code(pool=pool, subject=subject))
            tx.rates.save(pool, subject, "resend", RateWindow(times=(NOW,)), expires=NOW + 10)
        tx.outbox.add(a_message(f"to {sub}", pool=pool, sub=sub))
        tx.devices.add(a_device(pool=pool, sub=sub))
        tx.passkeys.add(a_passkey(pool=pool, sub=sub))
    return user


async def left(storage, pool, sub):
    """The kinds of which the user still has something."""
    found = {
        "devices": await storage.devices.list_(pool, sub, after="", limit=9),
        "passkeys": await storage.passkeys.list_(pool, sub, after="", limit=9),
        "outbox": [
            one for one in await storage.outbox.latest(None, limit=9) if (one.pool, one.sub) == (pool, sub)
        ],
    }
    for subject in (sub, NAMES[sub]):
        found[f"code of {subject}"] = await storage.codes.find(pool, subject, "SignUp")
        found[f"rate of {subject}"] = (await storage.rates.find(pool, subject, "resend")).version
    return {kind for kind, value in found.items() if value}


async def test_a_user_goes_with_codes_messages_devices_and_passkeys(storage):
    alice = await full(storage, POOL, "sub-1")
    for pool, sub in ((POOL, "sub-2"), ("other", "sub-1")):
        await full(storage, pool, sub)
    everything = await left(storage, POOL, "sub-1")

    async with storage.transaction() as tx:
        tx.users.delete(alice)

    assert len(everything) == 7
    assert await left(storage, POOL, "sub-1") == set()
    assert len(await left(storage, POOL, "sub-2")) == 7
    assert await left(storage, "other", "sub-1") == everything


async def test_a_pool_goes_with_codes_messages_devices_and_passkeys(storage):
    for pool in (POOL, "other"):
        await full(storage, pool, "sub-1")

    async with storage.transaction() as tx:
        tx.pools.delete(a_pool())

    assert await left(storage, POOL, "sub-1") == set()
    assert len(await left(storage, "other", "sub-1")) == 7


async def test_messages_to_nobody_stay_when_a_user_goes(storage):
    alice = await full(storage, POOL, "sub-1")
    async with storage.transaction() as tx:
        tx.outbox.add(a_message("to nobody", sub=""))
    async with storage.transaction() as tx:
        tx.users.delete(alice)

    assert [message.id for message in await storage.outbox.latest(None, limit=9)] == ["to nobody"]


async def test_expired_codes_rates_and_messages_go_and_the_rest_stays(storage):
    async with storage.transaction() as tx:
        for place, end in enumerate((NOW - 1, NOW, NOW + 1)):
            tx.codes.save(a_code(subject=f"s{place}", expires=end))
            tx.rates.save(POOL, f"s{place}", "resend", RateWindow(times=(place,)), expires=end)
            tx.outbox.add(a_message(f"m{place}", expires=end))

    assert await storage.purge(NOW) == 6

    codes = [await storage.codes.find(POOL, f"s{place}", "SignUp") for place in range(3)]
    rates = [(await storage.rates.find(POOL, f"s{place}", "resend")).times for place in range(3)]
    assert codes == [None, None, a_code(subject="s2", expires=NOW + 1, version=1)]
    assert rates == [(), (), (2,)]
    assert [message.id for message in await storage.outbox.latest(None, limit=9)] == ["m2"]
    with pytest.raises(NotFound):
        await storage.outbox.get(POOL, "m1")


async def test_a_later_end_keeps_what_was_saved_again(storage):
    async with storage.transaction() as tx:
        tx.codes.save(a_code(expires=NOW))
        tx.rates.save(POOL, "sub-1", "resend", RateWindow(), expires=NOW)
        tx.outbox.add(a_message(expires=NOW))
    async with storage.transaction() as tx:
        tx.codes.save(a_code(expires=NOW + 1, version=1))
        tx.rates.save(POOL, "sub-1", "resend", RateWindow(version=1), expires=NOW + 1)
        tx.outbox.save(a_message(expires=NOW + 1))

    assert await storage.purge(NOW) == 0
    assert await storage.purge(NOW + 1) == 3


async def test_what_is_left_of_a_used_code_goes_at_its_end(storage):
    async with storage.transaction() as tx:
        tx.codes.save(a_code(expires=NOW))
    async with storage.transaction() as tx:
        tx.codes.delete(a_code(version=1))

    assert [await storage.purge(NOW - 1), await storage.purge(NOW)] == [0, 1]


async def test_a_guess_at_a_purged_code_conflicts(storage):
    async with storage.transaction() as tx:
        tx.codes.save(a_code(expires=NOW))
    await storage.purge(NOW)

    with pytest.raises(Conflict):
        async with storage.transaction() as tx:
            tx.codes.save(a_code(failures=1, version=1))


async def test_old_events_go_oldest_first_in_batches(storage):
    """Whole ones and others alike; those of any pool and user, and nothing that is younger."""
    async with storage.transaction() as tx:
        for time in range(6):
            tx.events.add(an_event(f"e{time}", time=time, pool=POOL if time % 2 else "other", sub=f"s{time}"))
    async with storage.transaction() as tx:
        tx.events.save_context_free(an_event("e1", time=1, sub="s1"))

    assert [await storage.purge_events(4, limit=3) for _ in range(3)] == [3, 1, 0]

    left = [event.id async for event in storage.events.since(POOL, 0)]
    left += [event.id async for event in storage.events.since("other", 0)]
    assert sorted(left) == ["e4", "e5"]


async def test_contexts_are_forgotten_once_oldest_first(storage):
    """What is context-free is not offered again, however often it is saved; a stale version conflicts."""
    async with storage.transaction() as tx:
        for time in range(4):
            tx.events.add(an_event(f"e{time}", time=time, address="192.0.2.7"))

    assert [event.id for event in await storage.events.whole_before(3, limit=2)] == ["e0", "e1"]

    before = await storage.events.get(POOL, "sub-1", "e0")
    async with storage.transaction() as tx:
        tx.events.save_context_free(replace(before, address=None))
    after = await storage.events.get(POOL, "sub-1", "e0")
    assert (after.address, after.version) == (None, before.version + 1)
    assert [event.id for event in await storage.events.whole_before(3, limit=9)] == ["e1", "e2"]
    async with storage.transaction() as tx:
        tx.events.save(after)
    assert [event.id for event in await storage.events.whole_before(3, limit=9)] == ["e1", "e2"]
    with pytest.raises(Conflict):
        async with storage.transaction() as tx:
            tx.events.save_context_free(before)
