"""Devices and passkeys, which a user has several of; on both databases."""

import asyncio
import uuid

import pytest
from hypothesis import given
from msgspec.structs import replace
from stored_messages import a_device, a_passkey, devices, passkeys
from stored_things import FEW, NOW, POOL

from riskengine.storage import AlreadyExists, Conflict

BOTH = pytest.mark.parametrize(
    ("kind", "a_thing"), [("devices", a_device), ("passkeys", a_passkey)], ids=["devices", "passkeys"]
)


async def added(storage, kind, *things):
    async with storage.transaction() as tx:
        for thing in things:
            getattr(tx, kind).add(thing)


async def resaved(storage, kind, thing):
    async with storage.transaction() as tx:
        getattr(tx, kind).save(thing)


async def dropped(storage, kind, thing):
    async with storage.transaction() as tx:
        getattr(tx, kind).delete(thing)


def key_of(thing):
    return getattr(thing, "key", None) or thing.id


@FEW
@given(device=devices)
async def test_a_device_comes_back_whole(storage, device):
    device = replace(device, pool=uuid.uuid4().hex)
    await added(storage, "devices", device)

    assert await storage.devices.find(device.pool, device.sub, device.key) == device
    assert await storage.devices.list_(device.pool, device.sub, after="", limit=9) == [device]


@FEW
@given(passkey=passkeys)
async def test_a_passkey_comes_back_whole(storage, passkey):
    passkey = replace(passkey, pool=uuid.uuid4().hex)
    await added(storage, "passkeys", passkey)

    assert await storage.passkeys.find(passkey.pool, passkey.sub, passkey.id) == passkey
    assert await storage.passkeys.list_(passkey.pool, passkey.sub, after="", limit=9) == [passkey]


@BOTH
async def test_it_is_its_users_alone(storage, kind, a_thing):
    await added(storage, kind, a_thing("x"))
    table = getattr(storage, kind)

    assert await table.find(POOL, "sub-1", "x") == a_thing("x")
    for pool, sub, key in (("other", "sub-1", "x"), (POOL, "sub-2", "x"), (POOL, "sub-1", "y")):
        assert await table.find(pool, sub, key) is None


@BOTH
async def test_a_key_is_taken_once_by_each_user(storage, kind, a_thing):
    await added(storage, kind, a_thing("x"), a_thing("x", sub="sub-2"), a_thing("x", pool="other"))

    with pytest.raises(AlreadyExists, match=kind.removesuffix("s")):
        await added(storage, kind, a_thing("x", created=NOW + 1))

    assert await getattr(storage, kind).find(POOL, "sub-1", "x") == a_thing("x")


@BOTH
async def test_a_save_holds_for_one_version(storage, kind, a_thing):
    await added(storage, kind, a_thing("x"))
    await resaved(storage, kind, a_thing("x", created=NOW + 1))
    for version in (0, 2):
        with pytest.raises(Conflict):
            await resaved(storage, kind, a_thing("x", version=version))

    found = await getattr(storage, kind).find(POOL, "sub-1", "x")
    assert found == a_thing("x", created=NOW + 1, version=1)


@BOTH
async def test_of_twenty_parallel_saves_exactly_one_holds(storage, other_storage, kind, a_thing):
    await added(storage, kind, a_thing("x"))

    saves = (
        resaved((storage, other_storage)[number % 2], kind, a_thing("x", created=NOW + number))
        for number in range(20)
    )
    outcomes = await asyncio.gather(*saves, return_exceptions=True)

    assert sorted(repr(outcome) for outcome in outcomes) == ["Conflict()"] * 19 + ["None"]


@BOTH
async def test_a_save_of_what_is_gone_conflicts(storage, kind, a_thing):
    await added(storage, kind, a_thing("x"))
    await dropped(storage, kind, a_thing("x"))

    with pytest.raises(Conflict):
        await resaved(storage, kind, a_thing("x"))


@BOTH
async def test_deleting_takes_one_and_twice_is_once(storage, kind, a_thing):
    kept = [a_thing("y"), a_thing("x", sub="sub-2"), a_thing("x", pool="other")]
    await added(storage, kind, a_thing("x"), *kept)
    for _ in range(2):
        await dropped(storage, kind, a_thing("x", version=7))

    table = getattr(storage, kind)
    assert await table.find(POOL, "sub-1", "x") is None
    assert [await table.find(thing.pool, thing.sub, key_of(thing)) for thing in kept] == kept


@BOTH
async def test_pages_hold_the_users_own_by_code_point(storage, kind, a_thing):
    keys = ["Z", "a", "b", "é", "\U0001f600", "_", "A"]
    await added(storage, kind, *(a_thing(key) for key in keys))
    await added(storage, kind, a_thing("c", sub="sub-2"), a_thing("c", pool="other"))
    table = getattr(storage, kind)

    first = await table.list_(POOL, "sub-1", after="", limit=4)
    second = await table.list_(POOL, "sub-1", after=key_of(first[-1]), limit=4)

    assert [key_of(thing) for thing in (*first, *second)] == sorted(keys)
