"""Pools, clients, risk configurations and keys, on both databases."""

import pytest
from msgspec.structs import replace
from stored_things import (
    NOW,
    POOL,
    a_client,
    a_pool,
    a_risk_configuration,
    a_signing_key,
    a_user,
    an_access_key,
    an_event,
)

from riskengine import api
from riskengine.entities import ClientSecret
from riskengine.storage import AlreadyExists, Conflict, NotFound


class TestPools:
    async def test_a_pool_comes_back_whole(self, storage):
        pool = a_pool(
            is_software_token_enabled=True,
            software_token_configuration=api.SoftwareTokenMfaConfigType(enabled=True),
            version=3,
        )
        async with storage.transaction() as tx:
            tx.pools.add(pool)

        assert await storage.pools.get(POOL) == pool

    async def test_an_unknown_pool_is_not_found(self, storage):
        assert await storage.pools.find("nowhere") is None
        with pytest.raises(NotFound):
            await storage.pools.get("nowhere")

    async def test_an_id_is_taken_once(self, storage):
        async with storage.transaction() as tx:
            tx.pools.add(a_pool())

        with pytest.raises(AlreadyExists) as refused:
            async with storage.transaction() as tx:
                tx.pools.add(a_pool(modified=NOW + 1))

        assert refused.value.what == "pool"
        assert await storage.pools.get(POOL) == a_pool()

    async def test_a_save_leaves_the_next_version(self, storage):
        async with storage.transaction() as tx:
            tx.pools.add(a_pool())
        async with storage.transaction() as tx:
            tx.pools.save(a_pool(modified=NOW + 1))

        assert await storage.pools.get(POOL) == a_pool(modified=NOW + 1, version=1)

    async def test_a_save_of_an_old_version_conflicts(self, storage):
        async with storage.transaction() as tx:
            tx.pools.add(a_pool())
        async with storage.transaction() as tx:
            tx.pools.save(a_pool(modified=NOW + 1))

        with pytest.raises(Conflict):
            async with storage.transaction() as tx:
                tx.pools.save(a_pool(modified=NOW + 2))

        assert (await storage.pools.get(POOL)).modified == NOW + 1

    async def test_a_save_of_a_deleted_pool_conflicts(self, storage):
        with pytest.raises(Conflict):
            async with storage.transaction() as tx:
                tx.pools.save(a_pool())

    async def test_pages_follow_the_ids_by_code_point(self, storage):
        names = ["Z", "a", "b", "é", "\U0001f600", "_", "A"]
        async with storage.transaction() as tx:
            for name in names:
                tx.pools.add(a_pool(id=name))

        first = await storage.pools.list_(after="", limit=4)
        second = await storage.pools.list_(after=first[-1].id, limit=4)

        assert [pool.id for pool in (*first, *second)] == sorted(names)

    async def test_a_pool_goes_with_everything_in_it(self, storage):
        async with storage.transaction() as tx:
            for pool in (POOL, "other"):
                tx.pools.add(a_pool(id=pool))
                tx.clients.add(a_client(pool=pool))
                tx.users.add(a_user(pool=pool), name_key="alice", aliases=["a@example.org"])
                tx.events.add(an_event(pool=pool))
                tx.keys.add_signing(a_signing_key(pool=pool))
                tx.risk_configurations.put(a_risk_configuration(pool=pool))
                tx.populations.put(pool, NOW, b"state")
                tx.spent.spend(pool, "id", NOW)

        async with storage.transaction() as tx:
            tx.pools.delete(a_pool())

        assert await storage.pools.find(POOL) is None
        assert await storage.clients.find(POOL, "client-1") is None
        assert await storage.users.find(POOL, "alice") is None
        assert await storage.users.find(POOL, "a@example.org") is None
        assert await storage.events.list_(POOL, "sub-1", before=None, limit=9) == []
        assert await storage.keys.signing(POOL) == []
        assert await storage.risk_configurations.effective(POOL, "") is None
        assert await storage.populations.find(POOL) is None
        assert not await storage.spent.is_spent(POOL, "id")
        assert await storage.users.find("other", "a@example.org") == a_user(pool="other")


class TestClients:
    async def test_a_client_and_its_secret_come_back_whole(self, storage):
        secrets = (ClientSecret(id="client-1--1", value=b"sealed", created=NOW),)
        async with storage.transaction() as tx:
            tx.clients.add(a_client(secrets=secrets))

        found = await storage.clients.get(POOL, "client-1")
        assert found == a_client(secrets=secrets)

    async def test_a_client_is_found_by_its_id_alone(self, storage):
        async with storage.transaction() as tx:
            tx.clients.add(a_client())

        assert await storage.clients.find_by_id("client-1") == a_client()
        assert await storage.clients.find_by_id("client-2") is None

    async def test_a_client_is_in_its_own_pool_only(self, storage):
        async with storage.transaction() as tx:
            tx.clients.add(a_client())

        with pytest.raises(NotFound):
            await storage.clients.get("other", "client-1")

    async def test_an_id_is_taken_once(self, storage):
        async with storage.transaction() as tx:
            tx.clients.add(a_client())

        with pytest.raises(AlreadyExists, match="client"):
            async with storage.transaction() as tx:
                tx.clients.add(a_client())

    async def test_a_save_holds_for_one_version(self, storage):
        async with storage.transaction() as tx:
            tx.clients.add(a_client())
        changed = a_client(modified=NOW + 1)
        async with storage.transaction() as tx:
            tx.clients.save(changed)
        with pytest.raises(Conflict):
            async with storage.transaction() as tx:
                tx.clients.save(changed)

        assert await storage.clients.get(POOL, "client-1") == replace(changed, version=1)

    async def test_pages_hold_the_pools_own_clients(self, storage):
        async with storage.transaction() as tx:
            for id_ in ("c", "a", "b"):
                tx.clients.add(a_client(id=id_))
            tx.clients.add(a_client(pool="other", id="d"))

        page = await storage.clients.list_(POOL, after="a", limit=5)

        assert [client.id for client in page] == ["b", "c"]

    async def test_a_client_goes_with_its_risk_configuration(self, storage):
        async with storage.transaction() as tx:
            tx.clients.add(a_client())
            tx.risk_configurations.put(a_risk_configuration("client-1"))
        async with storage.transaction() as tx:
            tx.clients.delete(a_client())

        assert await storage.clients.find(POOL, "client-1") is None
        assert await storage.risk_configurations.find(POOL, "client-1") is None

    async def test_deleting_twice_is_deleting_once(self, storage):
        async with storage.transaction() as tx:
            tx.clients.delete(a_client())


class TestRiskConfigurations:
    async def test_the_clients_own_goes_before_the_pools(self, storage):
        async with storage.transaction() as tx:
            tx.risk_configurations.put(a_risk_configuration())
            tx.risk_configurations.put(a_risk_configuration("client-1"))

        effective = storage.risk_configurations.effective
        assert await effective(POOL, "client-1") == a_risk_configuration("client-1")
        assert await effective(POOL, "client-2") == a_risk_configuration()
        assert await effective("other", "client-1") is None

    async def test_the_pools_own_is_not_the_clients(self, storage):
        async with storage.transaction() as tx:
            tx.risk_configurations.put(a_risk_configuration())

        assert await storage.risk_configurations.find(POOL, "client-1") is None

    async def test_putting_again_replaces(self, storage):
        for modified in (NOW, NOW + 1):
            async with storage.transaction() as tx:
                tx.risk_configurations.put(a_risk_configuration(modified=modified))

        assert await storage.risk_configurations.find(POOL, "") == a_risk_configuration(modified=NOW + 1)

    async def test_deleting_the_clients_own_leaves_the_pools(self, storage):
        async with storage.transaction() as tx:
            tx.risk_configurations.put(a_risk_configuration())
            tx.risk_configurations.put(a_risk_configuration("client-1"))
        async with storage.transaction() as tx:
            tx.risk_configurations.delete(POOL, "client-1")

        assert await storage.risk_configurations.effective(POOL, "client-1") == a_risk_configuration()


class TestKeys:
    async def test_a_pools_signing_keys_come_newest_first(self, storage):
        old, new = a_signing_key("b", created=NOW), a_signing_key("a", created=NOW + 1)
        async with storage.transaction() as tx:
            tx.keys.add_signing(old)
            tx.keys.add_signing(new)
            tx.keys.add_signing(a_signing_key(pool="other"))

        assert await storage.keys.signing(POOL) == [new, old]

    async def test_a_key_id_is_taken_once(self, storage):
        async with storage.transaction() as tx:
            tx.keys.add_signing(a_signing_key())

        with pytest.raises(AlreadyExists, match="signing_key"):
            async with storage.transaction() as tx:
                tx.keys.add_signing(a_signing_key(created=NOW + 1))

    async def test_access_keys_come_back_until_deleted(self, storage):
        first, second = an_access_key("AKIA2"), an_access_key("AKIA1", created=NOW + 1, is_active=False)
        async with storage.transaction() as tx:
            tx.keys.add_access(second)
            tx.keys.add_access(first)

        assert await storage.keys.list_access() == [first, second]
        assert await storage.keys.access("AKIA1") == second

        async with storage.transaction() as tx:
            tx.keys.delete_access("AKIA1")

        assert await storage.keys.access("AKIA1") is None
        assert await storage.keys.list_access() == [first]

    async def test_an_access_key_id_is_taken_once(self, storage):
        async with storage.transaction() as tx:
            tx.keys.add_access(an_access_key())

        with pytest.raises(AlreadyExists, match="access_key"):
            async with storage.transaction() as tx:
                tx.keys.add_access(an_access_key())
