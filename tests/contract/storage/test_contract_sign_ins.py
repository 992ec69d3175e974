"""What sign-ins leave behind: locks, events, profiles, sessions, spent ids; on both databases."""

import asyncio
import uuid
from typing import get_args

import pytest
from hypothesis import given
from msgspec.structs import replace
from stored_things import (
    FEW,
    NOW,
    POOL,
    a_group,
    a_session,
    a_user,
    an_event,
    events,
    lockouts,
    profiles,
    sessions,
)

from riskengine.entities import EventFeedback, Learned, LearnedVersion, Lockout
from riskengine.risk import Profile
from riskengine.storage import AlreadyExists, Conflict, NotFound
from riskengine.storage.interface import NO_PROFILE, GuessKind, SignInRecords, StoredProfile


class TestRecords:
    """One question answers what the tables answer one by one."""

    @pytest.fixture
    async def anna(self, storage):
        """A user with failures, a profile and groups; others have theirs."""
        async with storage.transaction() as tx:
            for user in (a_user("anna"), a_user("bert")):
                tx.users.add(user, name_key=f"{user.sub}-name", aliases=[f"{user.sub}@example.com"])
                tx.lockouts.save(POOL, user.sub, "password", Lockout(failures=len(user.sub)))
                tx.lockouts.save(POOL, user.sub, "mfa", Lockout(failures=9))
                tx.profiles.save(POOL, user.sub, StoredProfile(Profile(learned=len(user.sub)), 0))
            for name, precedence in (("b", None), ("a", None), ("late", 7), ("first", 0), ("unused", 1)):
                tx.groups.add(a_group(name=name, precedence=precedence))
                if name != "unused":
                    tx.groups.add_member(POOL, name, "anna", NOW)
            tx.groups.add_member(POOL, "unused", "bert", NOW)
        return await storage.users.get(POOL, "anna")

    @pytest.mark.parametrize("name_key", ["anna-name", "anna", "anna@example.com"])
    async def test_all_of_a_user_by_any_name(self, storage, anna, name_key):
        found = await storage.sign_ins.find(POOL, name_key, nobody="?")

        assert found.user == anna
        assert found.lockout == await storage.lockouts.find(POOL, "anna", "password")
        assert found.profile == await storage.profiles.find(POOL, "anna")
        assert list(found.groups) == await storage.groups.of_user(POOL, "anna")
        assert [group.name for group in found.groups] == ["first", "late", "a", "b"]
        assert await storage.sign_ins.of_sub(POOL, "anna", nobody="?") == found

    @pytest.mark.parametrize(
        "name_key", ["nobody", "", "a\0b", "x" * 513], ids=["new", "empty", "nul", "long"]
    )
    async def test_of_nobody_the_failures_of_the_name(self, storage, anna, name_key):
        async with storage.transaction() as tx:
            tx.lockouts.save(POOL, "?digest", "password", Lockout(failures=3))

        found = await storage.sign_ins.find(POOL, name_key, nobody="?digest")

        assert found == SignInRecords(None, Lockout(failures=3, version=1), NO_PROFILE, ())
        assert await storage.sign_ins.of_sub(POOL, "", nobody="?digest") == found

    async def test_a_user_of_whom_nothing_else_is_known(self, storage):
        async with storage.transaction() as tx:
            tx.users.add(a_user("new"), name_key="new", aliases=[])
            tx.lockouts.save(POOL, "?", "password", Lockout(failures=3))

        found = await storage.sign_ins.find(POOL, "new", nobody="?")

        assert found == SignInRecords(await storage.users.get(POOL, "new"), Lockout(), NO_PROFILE, ())

    async def test_a_user_name_goes_before_a_sub_and_a_sub_before_an_alias(self, storage):
        async with storage.transaction() as tx:
            tx.users.add(a_user("one"), name_key="two", aliases=[])
            tx.users.add(a_user("two"), name_key="three", aliases=[])
            tx.users.add(a_user("three"), name_key="four", aliases=["one"])

        found = [await storage.sign_ins.find(POOL, name, nobody="?") for name in ("two", "three", "one")]

        assert [each.user.sub for each in found] == ["one", "two", "one"]

    async def test_of_another_pool_nothing(self, storage, anna):
        found = await storage.sign_ins.find("eu-west-1_Other0000", "anna-name", nobody="?")

        assert found == SignInRecords(None, Lockout(), NO_PROFILE, ())


class TestLockouts:
    async def test_nobody_failed_at_first(self, storage):
        assert await storage.lockouts.find(POOL, "alice", "password") == Lockout()

    @FEW
    @given(lockout=lockouts)
    async def test_a_lockout_comes_back_whole(self, storage, lockout):
        key = uuid.uuid4().hex
        async with storage.transaction() as tx:
            tx.lockouts.save(POOL, key, "password", lockout)

        assert await storage.lockouts.find(POOL, key, "password") == replace(lockout, version=1)
        assert await storage.lockouts.find(POOL, key, "mfa") == Lockout()

    async def test_kinds_of_guesses_count_apart(self, storage):
        failures = {kind: place for place, kind in enumerate(get_args(GuessKind), 1)}
        async with storage.transaction() as tx:
            for kind, count in failures.items():
                tx.lockouts.save(POOL, "alice", kind, Lockout(failures=count))

        found = {kind: (await storage.lockouts.find(POOL, "alice", kind)).failures for kind in failures}

        assert found == failures

    async def test_parallel_guesses_count_one_by_one(self, storage, other_storage):
        async def guess(store):
            while True:
                lockout = await store.lockouts.find(POOL, "alice", "password")
                counted = replace(lockout, failures=lockout.failures + 1)
                try:
                    async with store.transaction() as tx:
                        tx.lockouts.save(POOL, "alice", "password", counted)
                except Conflict:
                    continue
                return

        await asyncio.gather(*(guess(store) for store in (storage, other_storage) * 6))

        assert await storage.lockouts.find(POOL, "alice", "password") == Lockout(failures=12, version=12)

    async def test_a_guess_that_was_overtaken_leaves_no_event(self, storage, other_storage):
        async def guess(store, number):
            for attempt in range(100):
                lockout = await store.lockouts.find(POOL, "alice", "password")
                counted = replace(lockout, failures=lockout.failures + 1)
                try:
                    async with store.transaction() as tx:
                        tx.events.add(an_event(f"{number}-{attempt}", time=NOW + number))
                        tx.lockouts.save(POOL, "alice", "password", counted)
                        tx.sessions.add(a_session(f"{number}-{attempt}", sub="alice"))
                except Conflict:
                    continue
                return
            raise AssertionError("never first")

        stores = (storage, other_storage) * 6
        await asyncio.gather(*(guess(store, number) for number, store in enumerate(stores)))

        assert (await storage.lockouts.find(POOL, "alice", "password")).failures == 12
        found = await storage.events.list_(POOL, an_event().sub, before=None, limit=50)
        assert len(found) == len({event.time for event in found}) == 12
        assert len(await storage.sessions.of_user(POOL, "alice", now=0, limit=50)) == 12

    async def test_two_first_failures_conflict(self, storage):
        async with storage.transaction() as tx:
            tx.lockouts.save(POOL, "alice", "password", Lockout(failures=1))

        with pytest.raises(Conflict):
            async with storage.transaction() as tx:
                tx.lockouts.save(POOL, "alice", "password", Lockout(failures=1))


class TestEvents:
    @FEW
    @given(event=events)
    async def test_an_event_comes_back_whole(self, storage, event):
        event = replace(event, pool=uuid.uuid4().hex)
        async with storage.transaction() as tx:
            tx.events.add(event)

        assert await storage.events.get(event.pool, event.sub, event.id) == event
        assert await storage.events.list_(event.pool, event.sub, before=None, limit=1) == [event]
        assert [found async for found in storage.events.since(event.pool, event.time)] == [event]

    async def test_an_unknown_event_is_not_found(self, storage):
        async with storage.transaction() as tx:
            tx.events.add(an_event())

        for pool, sub, event in ((POOL, "sub-1", "x"), (POOL, "x", "event-1"), ("x", "sub-1", "event-1")):
            with pytest.raises(NotFound):
                await storage.events.get(pool, sub, event)

    async def test_an_event_is_found_whosever_it_is(self, storage):
        event = an_event()
        async with storage.transaction() as tx:
            tx.events.add(event)

        assert await storage.events.find_anywhere(event.id) == event
        assert await storage.events.find_anywhere("nothing") is None

    async def test_an_event_happens_once(self, storage):
        async with storage.transaction() as tx:
            tx.events.add(an_event())

        with pytest.raises(AlreadyExists, match="event"):
            async with storage.transaction() as tx:
                tx.events.add(an_event())

    async def test_events_come_newest_first_and_equal_times_by_id(self, storage):
        times = {"a": 5, "b": 9, "c": 5, "d": 1, "e": 5}
        async with storage.transaction() as tx:
            for id_, time in times.items():
                tx.events.add(an_event(id_, time=time))
            tx.events.add(an_event("z", sub="somebody else", time=7))

        seen, before = [], None
        while page := await storage.events.list_(POOL, "sub-1", before=before, limit=2):
            seen += [event.id for event in page]
            before = (page[-1].time, page[-1].id)

        assert seen == ["b", "e", "c", "a", "d"]

    async def test_pages_stay_whole_while_events_arrive(self, storage):
        async with storage.transaction() as tx:
            for number in range(4):
                tx.events.add(an_event(f"e{number}", time=NOW + number))

        first = await storage.events.list_(POOL, "sub-1", before=None, limit=2)
        async with storage.transaction() as tx:
            tx.events.add(an_event("new", time=NOW + 9))
        before = (first[-1].time, first[-1].id)
        second = await storage.events.list_(POOL, "sub-1", before=before, limit=2)

        assert [event.id for event in (*first, *second)] == ["e3", "e2", "e1", "e0"]

    async def test_feedback_is_saved_for_one_version(self, storage):
        async with storage.transaction() as tx:
            tx.events.add(an_event())
        judged = an_event(feedback=EventFeedback(value="Invalid", provider="admin", date=NOW))
        async with storage.transaction() as tx:
            tx.events.save(judged)
        with pytest.raises(Conflict):
            async with storage.transaction() as tx:
                tx.events.save(an_event(learning="learned"))

        assert await storage.events.get(POOL, "sub-1", "event-1") == replace(judged, version=1)

    async def test_a_pools_events_stream_oldest_first_from_a_time_on(self, storage, monkeypatch):
        monkeypatch.setattr("riskengine.storage.tables.events._BATCH", 3)
        async with storage.transaction() as tx:
            for number in range(10):
                tx.events.add(an_event(f"e{9 - number}", sub=f"s{number % 3}", time=NOW + number // 2))
            tx.events.add(an_event("other", pool="other"))

        ids = [event.id async for event in storage.events.since(POOL, NOW + 1)]

        assert ids == ["e6", "e7", "e4", "e5", "e2", "e3", "e0", "e1"]
        assert [event async for event in storage.events.since(POOL, NOW + 5)] == []


class TestProfiles:
    async def test_nothing_is_known_of_a_new_user(self, storage):
        assert await storage.profiles.find(POOL, "sub-1") == StoredProfile(Profile(), 0)

    @FEW
    @given(profile=profiles)
    async def test_a_profile_comes_back_whole(self, storage, profile):
        sub = uuid.uuid4().hex
        async with storage.transaction() as tx:
            tx.profiles.save(POOL, sub, StoredProfile(profile, 0))

        assert await storage.profiles.find(POOL, sub) == StoredProfile(profile, 1)

    async def test_a_save_holds_for_one_version(self, storage):
        for version in (0, 1):
            async with storage.transaction() as tx:
                tx.profiles.save(POOL, "sub-1", StoredProfile(Profile(learned=version), version))
        for version in (0, 1, 3):
            with pytest.raises(Conflict):
                async with storage.transaction() as tx:
                    tx.profiles.save(POOL, "sub-1", StoredProfile(Profile(learned=9), version))

        assert await storage.profiles.find(POOL, "sub-1") == StoredProfile(Profile(learned=1), 2)

    async def test_one_of_two_parallel_sign_ins_learns_again(self, storage, other_storage):
        read = await storage.profiles.find(POOL, "sub-1")

        async def learn(store):
            async with store.transaction() as tx:
                tx.profiles.save(POOL, "sub-1", read)

        outcomes = await asyncio.gather(learn(storage), learn(other_storage), return_exceptions=True)

        assert sorted(repr(outcome) for outcome in outcomes) == ["Conflict()", "None"]


class TestPopulations:
    async def test_a_state_comes_back_with_its_time(self, storage):
        assert await storage.populations.find(POOL) is None

        async with storage.transaction() as tx:
            tx.populations.put(POOL, 2**62, bytes(range(256)))

        assert await storage.populations.find(POOL) == (2**62, bytes(range(256)))

    async def test_an_older_state_does_not_replace_a_newer(self, storage):
        for time in (5, 7, 6):
            async with storage.transaction() as tx:
                tx.populations.put(POOL, time, b"%d" % time)

        assert await storage.populations.find(POOL) == (7, b"7")


class TestLearnedVersions:
    async def test_nothing_is_learned_at_first(self, storage):
        assert await storage.learned.find(POOL) == Learned(pool=POOL)

    async def test_versions_come_back_whole_and_a_save_holds_for_one(self, storage):
        version = LearnedVersion(
            number=1,
            created=NOW,
            source="schedule",
            verdicts=40,
            figures={"auc": 0.97},
            correction={"a": [1.5]},
        )
        first = Learned(pool=POOL, versions=(version,))
        async with storage.transaction() as tx:
            tx.learned.save(first)
        kept = await storage.learned.find(POOL)

        assert kept == replace(first, version=1)
        async with storage.transaction() as tx:
            tx.learned.save(replace(kept, is_held=True))
        for stale in (kept, first):
            with pytest.raises(Conflict):
                async with storage.transaction() as tx:
                    tx.learned.save(stale)
        assert (await storage.learned.find(POOL)).is_held


class TestSessions:
    @FEW
    @given(session=sessions)
    async def test_a_session_comes_back_whole(self, storage, session):
        session = replace(session, pool=uuid.uuid4().hex)
        async with storage.transaction() as tx:
            tx.sessions.add(session)
        assert await storage.sessions.get(session.pool, session.id) == session

        changed = replace(session, is_revoked=not session.is_revoked, rotated_at=7)
        async with storage.transaction() as tx:
            tx.sessions.save(changed)
        assert await storage.sessions.get(session.pool, session.id) == replace(
            changed, version=session.version + 1
        )

    async def test_an_unknown_session_is_not_found(self, storage):
        with pytest.raises(NotFound):
            await storage.sessions.get(POOL, "session-1")

    async def test_a_session_begins_once(self, storage):
        async with storage.transaction() as tx:
            tx.sessions.add(a_session())

        with pytest.raises(AlreadyExists, match="session"):
            async with storage.transaction() as tx:
                tx.sessions.add(a_session())

    async def test_a_session_is_found_by_its_refresh_token_and_the_one_before(self, storage):
        rotated = a_session(refresh_hash=b"\0new", previous_hash=b"\0old")
        async with storage.transaction() as tx:
            tx.sessions.add(rotated)

        assert await storage.sessions.find_by_refresh(POOL, b"\0new") == rotated
        assert await storage.sessions.find_by_refresh(POOL, b"\0old") == rotated
        assert await storage.sessions.find_by_refresh(POOL, b"\0other") is None
        assert await storage.sessions.find_by_refresh("other", b"\0new") is None

    async def test_one_of_two_parallel_rotations_wins(self, storage, other_storage):
        async with storage.transaction() as tx:
            tx.sessions.add(a_session())

        async def rotate(store, new):
            async with store.transaction() as tx:
                tx.sessions.save(a_session(refresh_hash=new, previous_hash=b"session-1"))

        outcomes = await asyncio.gather(
            rotate(storage, b"x"), rotate(other_storage, b"y"), return_exceptions=True
        )

        assert sorted(repr(outcome) for outcome in outcomes) == ["Conflict()", "None"]

    async def test_revoking_all_revokes_the_users_own(self, storage):
        async with storage.transaction() as tx:
            tx.sessions.add(a_session("a"))
            tx.sessions.add(a_session("b", version=4))
            tx.sessions.add(a_session("c", is_revoked=True))
            tx.sessions.add(a_session("d", sub="somebody else"))
            tx.sessions.add(a_session("a", pool="other"))

        async with storage.transaction() as tx:
            tx.sessions.revoke_all(POOL, "sub-1")

        get = storage.sessions.get
        assert await get(POOL, "a") == a_session("a", is_revoked=True, version=1)
        assert await get(POOL, "b") == a_session("b", is_revoked=True, version=5)
        assert await get(POOL, "c") == a_session("c", is_revoked=True)
        assert await get(POOL, "d") == a_session("d", sub="somebody else")
        assert await get("other", "a") == a_session("a", pool="other")

    async def test_a_rotation_that_began_before_a_revocation_does_not_undo_it(self, storage):
        async with storage.transaction() as tx:
            tx.sessions.add(a_session())
        read = await storage.sessions.get(POOL, "session-1")
        async with storage.transaction() as tx:
            tx.sessions.revoke_all(POOL, "sub-1")

        with pytest.raises(Conflict):
            async with storage.transaction() as tx:
                tx.sessions.save(replace(read, refresh_hash=b"new"))

        assert (await storage.sessions.get(POOL, "session-1")).is_revoked


class TestSpent:
    async def test_an_id_is_spent_in_its_pool(self, storage):
        assert not await storage.spent.is_spent(POOL, "id")

        async with storage.transaction() as tx:
            tx.spent.spend(POOL, "id", NOW)

        assert await storage.spent.is_spent(POOL, "id")
        assert not await storage.spent.is_spent("other", "id")

    async def test_of_twenty_parallel_spends_exactly_one_wins(self, storage, other_storage):
        async def spend(store, number):
            async with store.transaction() as tx:
                tx.events.add(an_event(f"won by {number}"))
                tx.spent.spend(POOL, "id", NOW)

        racers = (spend((storage, other_storage)[number % 2], number) for number in range(20))
        outcomes = await asyncio.gather(*racers, return_exceptions=True)

        assert sorted(repr(outcome) for outcome in outcomes) == ["AlreadyExists('spent')"] * 19 + ["None"]
        assert len(await storage.events.list_(POOL, "sub-1", before=None, limit=50)) == 1
