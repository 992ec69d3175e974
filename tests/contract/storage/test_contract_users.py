"""Users, their names, the search for them, and groups, on both databases."""

import uuid

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace
from stored_things import FEW, NOW, POOL, a_group, a_session, a_user, an_event, keys, users

from riskengine.entities import Lockout
from riskengine.risk import Profile
from riskengine.storage import AlreadyExists, Conflict, NotFound
from riskengine.storage.interface import SEARCHABLE, StoredProfile, UserFilter
from riskengine.storage.tables.users import prefix_end


async def added(storage, *people, aliases=()):
    async with storage.transaction() as tx:
        for person in people:
            tx.users.add(person, name_key=person.username, aliases=aliases)


async def found(storage, attribute, value, *, is_prefix=False, after="", limit=50):
    term = UserFilter(attribute=attribute, value=value, is_prefix=is_prefix)
    return [user.sub for user in await storage.users.list_(POOL, term=term, after=after, limit=limit)]


class TestUsers:
    @FEW
    @given(user=users, name_key=keys)
    async def test_a_user_comes_back_whole(self, storage, user, name_key):
        user = replace(user, pool=uuid.uuid4().hex)
        async with storage.transaction() as tx:
            tx.users.add(user, name_key=name_key, aliases=[])

        assert await storage.users.get(user.pool, user.sub) == user
        assert await storage.users.find(user.pool, name_key) == user

        async with storage.transaction() as tx:
            tx.users.save(user)

        assert await storage.users.get(user.pool, user.sub) == replace(user, version=user.version + 1)

    async def test_an_unknown_user_is_not_found(self, storage):
        assert await storage.users.find(POOL, "nobody") is None
        with pytest.raises(NotFound):
            await storage.users.get(POOL, "nobody")

    async def test_a_user_is_found_by_name_sub_and_alias(self, storage):
        await added(storage, a_user(username="alice"), aliases=["a@example.org", "+4712345678"])

        for name in ("alice", "sub-1", "a@example.org", "+4712345678"):
            assert await storage.users.find(POOL, name) == a_user(username="alice")
        assert await storage.users.find("other", "alice") is None

    async def test_a_user_name_goes_before_a_sub_and_a_sub_before_an_alias(self, storage):
        await added(storage, a_user("named", username="x"))
        await added(storage, a_user("aliased", username="y"), aliases=["x", "named"])
        await added(storage, a_user("x", username="z"))

        assert (await storage.users.find(POOL, "x")).sub == "named"
        assert (await storage.users.find(POOL, "named")).sub == "named"

    async def test_a_user_name_is_taken_once(self, storage):
        await added(storage, a_user("one", username="alice"))

        with pytest.raises(AlreadyExists) as refused:
            await added(storage, a_user("two", username="alice"), aliases=["b@example.org"])

        assert refused.value.what == "username"
        assert await storage.users.find(POOL, "b@example.org") is None

    async def test_an_alias_is_taken_once_and_the_user_is_not_added(self, storage):
        await added(storage, a_user("one"), aliases=["a@example.org"])

        with pytest.raises(AlreadyExists) as refused:
            await added(storage, a_user("two"), aliases=["a@example.org"])

        assert refused.value.what == "alias"
        assert await storage.users.find(POOL, "two") is None

    async def test_an_alias_given_twice_is_one(self, storage):
        await added(storage, a_user(), aliases=["a@example.org", "a@example.org"])

        assert await storage.users.find(POOL, "a@example.org") == a_user()

    async def test_new_aliases_replace_the_old(self, storage):
        await added(storage, a_user(), aliases=["old@example.org", "kept@example.org"])
        async with storage.transaction() as tx:
            tx.users.set_aliases(a_user(), ["kept@example.org", "new@example.org"])

        assert await storage.users.find(POOL, "old@example.org") is None
        assert await storage.users.find(POOL, "kept@example.org") == a_user()
        assert await storage.users.find(POOL, "new@example.org") == a_user()

    async def test_somebody_elses_alias_is_refused(self, storage):
        await added(storage, a_user("one"), aliases=["a@example.org"])
        await added(storage, a_user("two"), aliases=["b@example.org"])

        with pytest.raises(AlreadyExists, match="alias"):
            async with storage.transaction() as tx:
                tx.users.set_aliases(a_user("two"), ["a@example.org"])

        assert (await storage.users.find(POOL, "b@example.org")).sub == "two"

    async def test_somebody_elses_alias_is_taken_over_when_asked(self, storage):
        await added(storage, a_user("one"), aliases=["a@example.org", "c@example.org"])
        await added(storage, a_user("two"))
        async with storage.transaction() as tx:
            tx.users.set_aliases(a_user("two"), ["a@example.org"], take_over=True)

        assert (await storage.users.find(POOL, "a@example.org")).sub == "two"
        assert (await storage.users.find(POOL, "c@example.org")).sub == "one"

    async def test_a_save_of_an_old_version_conflicts(self, storage):
        await added(storage, a_user())
        async with storage.transaction() as tx:
            tx.users.save(a_user(is_enabled=False))

        with pytest.raises(Conflict):
            async with storage.transaction() as tx:
                tx.users.save(a_user(status="RESET_REQUIRED"))

        assert await storage.users.get(POOL, "sub-1") == a_user(is_enabled=False, version=1)

    async def test_a_save_keeps_the_names(self, storage):
        await added(storage, a_user(username="alice"), aliases=["a@example.org"])
        async with storage.transaction() as tx:
            tx.users.save(a_user(username="alice", is_enabled=False))

        assert not (await storage.users.find(POOL, "alice")).is_enabled
        assert not (await storage.users.find(POOL, "a@example.org")).is_enabled

    async def test_pages_stay_whole_while_users_come_and_go(self, storage):
        await added(storage, *(a_user(f"s{number}") for number in (1, 3, 5, 7, 9)))

        first = await storage.users.list_(POOL, term=None, after="", limit=3)
        await added(storage, a_user("s0"), a_user("s2"), a_user("s6"))
        async with storage.transaction() as tx:
            tx.users.delete(a_user("s5"))
        second = await storage.users.list_(POOL, term=None, after=first[-1].sub, limit=3)

        assert [user.sub for user in first] == ["s1", "s3", "s5"]
        assert [user.sub for user in second] == ["s6", "s7", "s9"]

    async def test_users_are_counted_by_pool(self, storage):
        await added(storage, a_user("one"), a_user("two"), a_user("three", pool="other"))

        assert await storage.users.count(POOL) == 2
        assert await storage.users.count("empty") == 0

    async def test_a_big_pool_is_estimated(self, storage, monkeypatch):
        monkeypatch.setattr("riskengine.storage.tables.users._COUNTED", 100)
        await added(storage, *(a_user(f"{number * 64 // 640:02x}-{number}") for number in range(640)))

        assert await storage.users.count(POOL) == 40 * 64  # 40 subs stand below the mark

    async def test_a_user_goes_with_everything_of_theirs(self, storage):
        people = (a_user("one", username="alice"), a_user("two", username="bob"))
        async with storage.transaction() as tx:
            tx.groups.add(a_group())
            for user in people:
                tx.users.add(user, name_key=user.username, aliases=[f"{user.username}@example.org"])
                tx.groups.add_member(POOL, "admins", user.sub, NOW)
                tx.events.add(an_event(user.sub, sub=user.sub))
                tx.sessions.add(a_session(user.sub, sub=user.sub))
                tx.profiles.save(POOL, user.sub, StoredProfile(Profile(learned=5), 0))
                tx.lockouts.save(POOL, user.username, "password", Lockout(failures=1))
                tx.lockouts.save(POOL, user.sub, "mfa", Lockout(failures=1))

        async with storage.transaction() as tx:
            tx.users.delete(people[0])

        assert await storage.users.find(POOL, "alice") is None
        assert await storage.users.find(POOL, "alice@example.org") is None
        assert await storage.groups.members(POOL, "admins", after="", limit=9) == [people[1]]
        assert await storage.events.list_(POOL, "one", before=None, limit=9) == []
        assert await storage.sessions.find_by_refresh(POOL, b"one") is None
        assert await storage.profiles.find(POOL, "one") == StoredProfile(Profile(), 0)
        assert await storage.lockouts.find(POOL, "alice", "password") == Lockout()
        assert await storage.lockouts.find(POOL, "one", "mfa") == Lockout()

        assert await storage.users.find(POOL, "bob@example.org") == people[1]
        assert await storage.events.list_(POOL, "two", before=None, limit=9) == [an_event("two", sub="two")]
        assert (await storage.profiles.find(POOL, "two")).profile.learned == 5
        assert (await storage.lockouts.find(POOL, "bob", "password")).failures == 1


class TestUserSearch:
    async def test_every_searchable_attribute_is_found(self, storage):
        values = {name: f"{name} of one" for name in SEARCHABLE[4:]}
        await added(storage, a_user("one", username="alice", attributes=values), a_user("two"))
        known = {"username": "alice", "sub": "one", "status": "Enabled", **values}

        for attribute, value in known.items():
            assert "one" in await found(storage, attribute, value)
            assert "one" in await found(storage, attribute, value[:2], is_prefix=True)
        for attribute in SEARCHABLE:
            assert await found(storage, attribute, "nobody has this") == []

    async def test_status_and_user_status_are_two_things(self, storage):
        await added(
            storage,
            a_user("one", is_enabled=False),
            a_user("two", status="UNCONFIRMED"),
            a_user("three"),
        )

        assert await found(storage, "status", "Disabled") == ["one"]
        assert await found(storage, "status", "Enabled") == ["three", "two"]
        assert await found(storage, "cognito:user_status", "UNCONFIRMED") == ["two"]
        assert await found(storage, "cognito:user_status", "CONF", is_prefix=True) == ["one", "three"]

    async def test_a_term_is_text_not_a_pattern(self, storage):
        await added(
            storage,
            a_user("one", attributes={"name": "50% off"}),
            a_user("two", attributes={"name": "50 off"}),
            a_user("three", attributes={"name": "a_b"}),
            a_user("four", attributes={"name": "axb"}),
        )

        assert await found(storage, "name", "50%", is_prefix=True) == ["one"]
        assert await found(storage, "name", "a_", is_prefix=True) == ["three"]
        assert await found(storage, "name", "%", is_prefix=True) == []

    async def test_case_counts(self, storage):
        await added(storage, a_user(attributes={"email": "A@example.org"}))

        assert await found(storage, "email", "a@example.org") == []

    async def test_a_changed_attribute_is_found_by_its_new_value_only(self, storage):
        await added(storage, a_user(attributes={"email": "old@example.org"}))
        async with storage.transaction() as tx:
            tx.users.save(a_user(attributes={"email": "new@example.org"}))

        assert await found(storage, "email", "old@example.org") == []
        assert await found(storage, "email", "new@example.org") == ["sub-1"]

    async def test_an_absent_attribute_matches_no_term(self, storage):
        await added(storage, a_user())

        assert await found(storage, "email", "") == []
        assert await found(storage, "email", "", is_prefix=True) == []

    async def test_an_empty_prefix_matches_every_value(self, storage):
        await added(
            storage, a_user("one", attributes={"email": ""}), a_user("two", attributes={"email": "x"})
        )

        assert await found(storage, "email", "", is_prefix=True) == ["one", "two"]
        assert await found(storage, "email", "") == ["one"]

    async def test_matches_come_in_pages_by_sub(self, storage):
        await added(storage, *(a_user(f"s{n}", attributes={"name": f"{9 - n}"}) for n in range(5)))

        assert await found(storage, "name", "", is_prefix=True, limit=2) == ["s0", "s1"]
        assert await found(storage, "name", "", is_prefix=True, after="s1", limit=2) == ["s2", "s3"]

    async def test_a_long_value_is_found_by_its_beginning(self, storage):
        long = "é" * 2048
        await added(storage, a_user(attributes={"name": long}))

        assert await found(storage, "name", long[:256], is_prefix=True) == ["sub-1"]
        assert await found(storage, "name", long[:256]) == []
        assert await found(storage, "name", long) == []
        assert (await storage.users.get(POOL, "sub-1")).attributes["name"] == long

    async def test_a_value_with_nul_is_kept_but_not_searchable(self, storage):
        await added(storage, a_user(attributes={"name": "a\0b"}))

        assert (await storage.users.get(POOL, "sub-1")).attributes["name"] == "a\0b"
        assert await found(storage, "name", "a\0b") == []
        assert await found(storage, "name", "a", is_prefix=True) == []

    @FEW
    @given(
        values=st.lists(st.text("ab%_\ud7ff\ue000é\uffff\U0010ffff", max_size=4), min_size=1, max_size=6),
        prefix=st.text("ab%_\ud7ff\ue000é\uffff\U0010ffff", max_size=3),
    )
    @example(values=["\ud7ff", "\ud7ffa", "\ue000"], prefix="\ud7ff")
    @example(values=["\U0010ffff", "a\U0010ffffb", "b"], prefix="a\U0010ffff")
    async def test_a_prefix_matches_what_begins_with_it(self, storage, values, prefix):
        pool = uuid.uuid4().hex
        await added(
            storage,
            *(
                a_user(f"s{place}", pool=pool, attributes={"name": value})
                for place, value in enumerate(values)
            ),
        )

        term = UserFilter(attribute="name", value=prefix, is_prefix=True)
        matches = await storage.users.list_(pool, term=term, after="", limit=50)

        expected = [f"s{place}" for place, value in enumerate(values) if value.startswith(prefix)]
        assert [user.sub for user in matches] == expected


@given(prefix=st.text(), text=st.text())
def test_the_end_of_a_prefix_parts_what_begins_with_it_from_what_comes_after(prefix, text):
    end = prefix_end(prefix)
    assert text.startswith(prefix) == (text >= prefix and (end is None or text < end))


class TestGroups:
    async def test_a_group_comes_back_whole(self, storage):
        group = a_group("grüße", description="\0", role_arn="arn:x", precedence=0, version=2)
        async with storage.transaction() as tx:
            tx.groups.add(group)

        assert await storage.groups.get(POOL, "grüße") == group
        with pytest.raises(NotFound):
            await storage.groups.get("other", "grüße")

    async def test_a_name_is_taken_once(self, storage):
        async with storage.transaction() as tx:
            tx.groups.add(a_group())

        with pytest.raises(AlreadyExists, match="group"):
            async with storage.transaction() as tx:
                tx.groups.add(a_group())

    async def test_a_save_holds_for_one_version(self, storage):
        async with storage.transaction() as tx:
            tx.groups.add(a_group())
        async with storage.transaction() as tx:
            tx.groups.save(a_group(precedence=7))
        with pytest.raises(Conflict):
            async with storage.transaction() as tx:
                tx.groups.save(a_group(precedence=8))

        assert await storage.groups.get(POOL, "admins") == a_group(precedence=7, version=1)

    async def test_pages_follow_the_names(self, storage):
        async with storage.transaction() as tx:
            for name in ("c", "B", "a"):
                tx.groups.add(a_group(name))

        assert [group.name for group in await storage.groups.list_(POOL, after="B", limit=1)] == ["a"]

    async def test_a_users_groups_come_by_precedence_then_name(self, storage):
        precedences = {"none-b": None, "none-a": None, "ten": 10, "zero-b": 0, "zero-a": 0}
        async with storage.transaction() as tx:
            for name, precedence in precedences.items():
                tx.groups.add(a_group(name, precedence=precedence))
                tx.groups.add_member(POOL, name, "sub-1", NOW)
            tx.groups.add(a_group("not theirs", precedence=1))

        names = [group.name for group in await storage.groups.of_user(POOL, "sub-1")]

        assert names == ["zero-a", "zero-b", "ten", "none-a", "none-b"]

    async def test_adding_a_member_twice_is_adding_once(self, storage):
        await added(storage, a_user())
        for _ in range(2):
            async with storage.transaction() as tx:
                tx.groups.add_member(POOL, "admins", "sub-1", NOW)

        assert await storage.groups.members(POOL, "admins", after="", limit=9) == [a_user()]

    async def test_members_come_in_pages_by_sub(self, storage):
        people = [a_user(f"s{number}") for number in range(4)]
        await added(storage, *people)
        async with storage.transaction() as tx:
            for user in reversed(people):
                tx.groups.add_member(POOL, "admins", user.sub, NOW)

        assert await storage.groups.members(POOL, "admins", after="s0", limit=2) == people[1:3]

    async def test_a_removed_member_is_none(self, storage):
        await added(storage, a_user())
        async with storage.transaction() as tx:
            tx.groups.add_member(POOL, "admins", "sub-1", NOW)
        for _ in range(2):
            async with storage.transaction() as tx:
                tx.groups.remove_member(POOL, "admins", "sub-1")

        assert await storage.groups.members(POOL, "admins", after="", limit=9) == []

    async def test_a_deleted_group_comes_back_without_members(self, storage):
        await added(storage, a_user())
        async with storage.transaction() as tx:
            tx.groups.add(a_group())
            tx.groups.add_member(POOL, "admins", "sub-1", NOW)
        async with storage.transaction() as tx:
            tx.groups.delete(a_group())
        async with storage.transaction() as tx:
            tx.groups.add(a_group())

        assert await storage.groups.members(POOL, "admins", after="", limit=9) == []
        assert await storage.groups.of_user(POOL, "sub-1") == []
        assert await storage.users.get(POOL, "sub-1") == a_user()
