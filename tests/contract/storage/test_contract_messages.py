"""Codes, rates and the outbox, on both databases."""

import asyncio
import uuid

import pytest
from hypothesis import given
from msgspec.structs import replace
from stored_messages import a_code, a_message, codes, messages, windows
from stored_things import FEW, NOW, POOL, an_event

from riskengine.entities import RateWindow
from riskengine.storage import AlreadyExists, Conflict, NotFound


async def saved(storage, *sent):
    async with storage.transaction() as tx:
        for code in sent:
            tx.codes.save(code)


async def used_up(storage, code):
    async with storage.transaction() as tx:
        tx.codes.delete(code)


async def queued(storage, *letters):
    async with storage.transaction() as tx:
        for message in letters:
            tx.outbox.add(message)


async def resaved(storage, message):
    async with storage.transaction() as tx:
        tx.outbox.save(message)


class TestCodes:
    @FEW
    @given(code=codes)
    async def test_a_code_comes_back_whole(self, storage, code):
        code = replace(code, pool=uuid.uuid4().hex)
        await saved(storage, code)

        assert await storage.codes.find(code.pool, code.subject, code.purpose) == replace(code, version=1)

    async def test_a_code_is_for_its_pool_subject_and_purpose_only(self, storage):
        await saved(storage, a_code())

        assert await storage.codes.find("other", "sub-1", "SignUp") is None
        assert await storage.codes.find(POOL, "sub-2", "SignUp") is None
        assert await storage.codes.find(POOL, "sub-1", "ForgotPassword") is None

    async def test_a_new_code_replaces_the_one_that_was_read(self, storage):
        await saved(storage, a_code())
        await saved(storage, a_code(digest=b"new", version=1))

        assert await storage.codes.find(POOL, "sub-1", "SignUp") == a_code(digest=b"new", version=2)

    async def test_two_first_codes_conflict(self, storage):
        await saved(storage, a_code())

        with pytest.raises(Conflict):
            await saved(storage, a_code(digest=b"late"))

        assert await storage.codes.find(POOL, "sub-1", "SignUp") == a_code(version=1)

    async def test_parallel_guesses_count_one_by_one(self, storage, other_storage):
        await saved(storage, a_code())

        async def guess(store):
            code = await store.codes.find(POOL, "sub-1", "SignUp")
            try:
                await saved(store, replace(code, failures=code.failures + 1))
            except Conflict:
                await guess(store)

        await asyncio.gather(*(guess(store) for store in (storage, other_storage) * 6))

        assert await storage.codes.find(POOL, "sub-1", "SignUp") == a_code(failures=12, version=13)

    async def test_of_twenty_parallel_uses_exactly_one_holds(self, storage, other_storage):
        await saved(storage, a_code())
        code = await storage.codes.find(POOL, "sub-1", "SignUp")

        async def use(store, number):
            async with store.transaction() as tx:
                tx.events.add(an_event(f"won by {number}"))
                tx.codes.delete(code)

        racers = (use((storage, other_storage)[number % 2], number) for number in range(20))
        outcomes = await asyncio.gather(*racers, return_exceptions=True)

        assert sorted(repr(outcome) for outcome in outcomes) == ["Conflict()"] * 19 + ["None"]
        assert len(await storage.events.list_(POOL, "sub-1", before=None, limit=50)) == 1
        assert await storage.codes.find(POOL, "sub-1", "SignUp") is None

    @pytest.mark.parametrize("version", [0, 1, 3])
    async def test_only_the_version_that_is_there_can_be_used(self, storage, version):
        await saved(storage, a_code())
        await saved(storage, a_code(failures=1, version=1))

        with pytest.raises(Conflict):
            await used_up(storage, a_code(version=version))

        assert await storage.codes.find(POOL, "sub-1", "SignUp") == a_code(failures=1, version=2)

    async def test_a_code_that_was_never_sent_can_not_be_used(self, storage):
        with pytest.raises(Conflict):
            await used_up(storage, a_code())
        with pytest.raises(Conflict):
            await used_up(storage, a_code(version=1))

    @pytest.mark.parametrize("late", [saved, used_up])
    async def test_who_read_a_used_code_can_not_touch_the_next_one(self, storage, late):
        await saved(storage, a_code())
        read = await storage.codes.find(POOL, "sub-1", "SignUp")
        await used_up(storage, read)
        await saved(storage, a_code(digest=b"next"))

        with pytest.raises(Conflict):
            await late(storage, read)

        assert (await storage.codes.find(POOL, "sub-1", "SignUp")).digest == b"next"

    async def test_a_used_code_is_not_saved_again(self, storage):
        await saved(storage, a_code())
        await used_up(storage, a_code(version=1))

        for version in (1, 2):
            with pytest.raises(Conflict):
                await saved(storage, a_code(version=version))
            with pytest.raises(Conflict):
                await used_up(storage, a_code(version=version))

        assert await storage.codes.find(POOL, "sub-1", "SignUp") is None

    async def test_one_unit_may_use_a_code_and_send_the_next(self, storage):
        await saved(storage, a_code())
        async with storage.transaction() as tx:
            tx.codes.delete(a_code(version=1))
            tx.codes.save(a_code(digest=b"next"))

        assert (await storage.codes.find(POOL, "sub-1", "SignUp")).digest == b"next"


class TestRates:
    async def test_nothing_was_done_at_first(self, storage):
        assert await storage.rates.find(POOL, "sub-1", "resend") == RateWindow()

    @FEW
    @given(window=windows)
    async def test_a_window_comes_back_whole_under_its_kind(self, storage, window):
        subject = uuid.uuid4().hex
        async with storage.transaction() as tx:
            tx.rates.save(POOL, subject, "resend", window, expires=NOW)

        assert await storage.rates.find(POOL, subject, "resend") == replace(window, version=1)
        assert await storage.rates.find(POOL, subject, "forgot") == RateWindow()
        assert await storage.rates.find("other", subject, "resend") == RateWindow()

    async def test_parallel_requests_count_one_by_one(self, storage, other_storage):
        async def count(store, number):
            window = await store.rates.find(POOL, "sub-1", "resend")
            counted = replace(window, times=(*window.times, number))
            try:
                async with store.transaction() as tx:
                    tx.rates.save(POOL, "sub-1", "resend", counted, expires=NOW)
            except Conflict:
                await count(store, number)

        await asyncio.gather(*(count((storage, other_storage)[number % 2], number) for number in range(12)))

        window = await storage.rates.find(POOL, "sub-1", "resend")
        assert sorted(window.times) == list(range(12))
        assert window.version == 12


class TestOutbox:
    @FEW
    @given(message=messages)
    async def test_a_message_comes_back_whole(self, storage, message):
        message = replace(message, pool=uuid.uuid4().hex)
        await queued(storage, message)
        assert await storage.outbox.get(message.pool, message.id) == message

        await resaved(storage, replace(message, content=b"", status="sent"))
        assert await storage.outbox.get(message.pool, message.id) == replace(
            message, content=b"", status="sent", version=message.version + 1
        )

    async def test_an_unknown_message_is_not_found(self, storage):
        await queued(storage, a_message())

        for pool, message in ((POOL, "message-2"), ("other", "message-1")):
            with pytest.raises(NotFound):
                await storage.outbox.get(pool, message)

    async def test_a_message_is_queued_once(self, storage):
        await queued(storage, a_message())

        with pytest.raises(AlreadyExists, match="message"):
            await queued(storage, a_message())

    async def test_the_longest_due_of_all_pools_come_first(self, storage):
        await queued(
            storage,
            a_message("now", due=NOW),
            a_message("early", due=NOW - 9, pool="other"),
            a_message("later", due=NOW + 1),
            a_message("middle b", due=NOW - 5),
            a_message("middle a", due=NOW - 5, pool="another"),
        )

        due = [message.id for message in await storage.outbox.due(NOW, limit=9)]

        assert due == ["early", "middle a", "middle b", "now"]
        assert [message.id for message in await storage.outbox.due(NOW, limit=2)] == due[:2]

    @pytest.mark.parametrize("status", ["sent", "kept", "failed"])
    async def test_what_waits_no_longer_is_not_due(self, storage, status):
        await queued(storage, a_message("never waited", status=status), a_message())
        await resaved(storage, a_message(status=status))

        assert await storage.outbox.due(NOW, limit=9) == []

    async def test_a_message_whose_time_was_moved_on_is_due_then(self, storage):
        await queued(storage, a_message())
        await resaved(storage, a_message(due=NOW + 5, tries=1))

        assert await storage.outbox.due(NOW + 4, limit=9) == []
        assert await storage.outbox.due(NOW + 5, limit=9) == [a_message(due=NOW + 5, tries=1, version=1)]

    async def test_of_twenty_parallel_claims_exactly_one_holds(self, storage, other_storage):
        await queued(storage, a_message())

        claims = (
            resaved((storage, other_storage)[number % 2], a_message(due=NOW + 5)) for number in range(20)
        )
        outcomes = await asyncio.gather(*claims, return_exceptions=True)

        assert sorted(repr(outcome) for outcome in outcomes) == ["Conflict()"] * 19 + ["None"]

    async def test_the_latest_come_first_and_equal_times_by_id(self, storage):
        for id_, created in {"a": 5, "b": 9, "c": 5, "d": 1}.items():
            await queued(storage, a_message(id_, created=created, pool=f"pool of {id_}", status="kept"))
        await queued(storage, a_message("theirs", created=7, destination="+4712345678"))

        async def latest(destination, limit):
            return [message.id for message in await storage.outbox.latest(destination, limit=limit)]

        assert await latest(None, 9) == ["b", "theirs", "c", "a", "d"]
        assert await latest(None, 2) == ["b", "theirs"]
        assert await latest("alice@example.org", 9) == ["b", "c", "a", "d"]
        assert await latest("alice@example.org", 1) == ["b"]
        assert await latest("Alice@example.org", 9) == []

    @pytest.mark.parametrize("destination", ["x" * 257, "x" * 5000, "a\0b"], ids=["long", "longer", "nul"])
    async def test_a_destination_that_is_no_key_is_kept_but_not_searched_for(self, storage, destination):
        await queued(storage, a_message(destination=destination))

        assert (await storage.outbox.get(POOL, "message-1")).destination == destination
        assert await storage.outbox.latest(destination, limit=9) == []
        assert len(await storage.outbox.latest(None, limit=9)) == 1
