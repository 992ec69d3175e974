"""Resource servers, identity providers, domains, looks and terms, on both databases."""

import asyncio

import pytest
from stored_hosted import a_branding, a_domain, a_provider, a_server, a_terms, a_ui
from stored_things import NOW, POOL, a_client, a_pool

from riskengine.storage import AlreadyExists, Conflict

# Of each kind: its name in the store, a maker, and how to find what the maker makes.
KINDS = {
    "resource_server": ("resource_servers", a_server, (POOL, "https://api.example.org")),
    "provider": ("identity_providers", a_provider, (POOL, "Okta")),
    "domain": ("domains", a_domain, ("login",)),
    "branding": ("brandings", a_branding, (POOL, "branding-1")),
    "terms": ("terms", a_terms, (POOL, "terms-1")),
}
EACH = pytest.mark.parametrize("what", KINDS)


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


@EACH
async def test_it_comes_back_whole(storage, what):
    kind, make, key = KINDS[what]
    await added(storage, kind, make(version=7))

    assert await getattr(storage, kind).find(*key) == make(version=7)


@EACH
async def test_it_is_found_by_its_whole_key_only(storage, what):
    kind, make, key = KINDS[what]
    await added(storage, kind, make())

    for at in range(len(key)):
        other = (*key[:at], "other", *key[at + 1 :])
        assert await getattr(storage, kind).find(*other) is None


@EACH
async def test_its_key_is_taken_once(storage, what):
    kind, make, key = KINDS[what]
    await added(storage, kind, make())

    with pytest.raises(AlreadyExists) as refused:
        await added(storage, kind, make(modified=NOW + 1))

    assert refused.value.what == what
    assert await getattr(storage, kind).find(*key) == make()


@EACH
async def test_a_version_is_saved_once(storage, what):
    kind, make, key = KINDS[what]
    await added(storage, kind, make())
    await resaved(storage, kind, make(modified=NOW + 1))

    with pytest.raises(Conflict):
        await resaved(storage, kind, make(modified=NOW + 2))

    assert await getattr(storage, kind).find(*key) == make(modified=NOW + 1, version=1)


@EACH
async def test_of_saves_at_the_same_time_one_holds(storage, other_storage, what):
    kind, make, _ = KINDS[what]
    await added(storage, kind, make())

    stores = [storage, other_storage] * 4
    saves = [resaved(store, kind, make(modified=NOW + at)) for at, store in enumerate(stores)]
    ended = await asyncio.gather(*saves, return_exceptions=True)

    assert [type(one) for one in ended].count(Conflict) == len(stores) - 1


@EACH
async def test_what_was_deleted_is_gone_and_can_not_be_saved(storage, what):
    kind, make, key = KINDS[what]
    await added(storage, kind, make())
    for _ in range(2):
        await dropped(storage, kind, make())

    assert await getattr(storage, kind).find(*key) is None
    with pytest.raises(Conflict):
        await resaved(storage, kind, make())


@pytest.mark.parametrize(
    ("kind", "make"),
    [("resource_servers", a_server), ("identity_providers", a_provider), ("terms", a_terms)],
)
async def test_pages_follow_the_keys_by_code_point(storage, kind, make):
    names = ["Z", "a", "b", "é", "_"]
    more = {"identity_providers": {"identifiers": ()}}.get(kind, {})
    for name in names:
        own = {"client": name} if kind == "terms" else more
        await added(storage, kind, make(name, **own), make(name, pool="other", **own))

    def key_of(thing):
        return getattr(thing, "identifier", None) or getattr(thing, "id", None) or thing.name

    first = await getattr(storage, kind).list_(POOL, after="", limit=2)
    second = await getattr(storage, kind).list_(POOL, after=key_of(first[-1]), limit=9)

    assert [key_of(thing) for thing in (*first, *second)] == sorted(names)


@pytest.mark.parametrize(
    ("kind", "make"), [("resource_servers", a_server), ("identity_providers", a_provider)]
)
async def test_each_pool_counts_its_own(storage, kind, make):
    more = {"identity_providers": {"identifiers": ()}}.get(kind, {})
    await added(storage, kind, make("a", **more), make("b", **more), make("a", pool="other", **more))

    counts = [await getattr(storage, kind).count(pool) for pool in (POOL, "other", "none")]

    assert counts == [2, 1, 0]


class TestIdentifiers:
    async def test_an_identifier_leads_to_its_provider(self, storage):
        await added(storage, "identity_providers", a_provider())

        find = storage.identity_providers.find_by_identifier
        assert await find(POOL, "okta") == a_provider()
        assert await find(POOL, "Okta") is None
        assert await find("other", "okta") is None

    async def test_an_identifier_is_one_providers_alone(self, storage):
        await added(storage, "identity_providers", a_provider())

        with pytest.raises(AlreadyExists) as refused:
            await added(storage, "identity_providers", a_provider("Other", identifiers=("okta",)))

        assert refused.value.what == "identifier"
        assert await storage.identity_providers.find(POOL, "Other") is None

    async def test_a_save_replaces_the_identifiers(self, storage):
        await added(storage, "identity_providers", a_provider())
        await resaved(storage, "identity_providers", a_provider(identifiers=("okta", "new")))

        find = storage.identity_providers.find_by_identifier
        assert await find(POOL, "example.org") is None
        assert (await find(POOL, "okta")) == (await find(POOL, "new")) != None  # noqa: E711 - a chain

    async def test_a_save_can_not_take_anothers_identifier(self, storage):
        await added(storage, "identity_providers", a_provider(), a_provider("Other", identifiers=()))

        with pytest.raises(AlreadyExists, match="identifier"):
            await resaved(storage, "identity_providers", a_provider("Other", identifiers=("okta",)))

        assert await storage.identity_providers.find_by_identifier(POOL, "okta") == a_provider()

    async def test_they_go_with_the_provider(self, storage):
        await added(storage, "identity_providers", a_provider())
        await dropped(storage, "identity_providers", a_provider())

        assert await storage.identity_providers.find_by_identifier(POOL, "okta") is None
        await added(storage, "identity_providers", a_provider("Other", identifiers=("okta",)))


async def test_a_domain_is_one_pools_alone(storage):
    await added(storage, "domains", a_domain())

    with pytest.raises(AlreadyExists, match="domain"):
        await added(storage, "domains", a_domain(pool="other"))

    assert await storage.domains.find("login") == a_domain()


class TestUiCustomizations:
    async def test_the_clients_own_goes_before_the_pools(self, storage):
        await resaved(storage, "ui_customizations", a_ui())
        await resaved(storage, "ui_customizations", a_ui("client-1", css=None))

        effective = storage.ui_customizations.effective
        assert await effective(POOL, "client-1") == a_ui("client-1", css=None, version=1)
        assert await effective(POOL, "client-2") == a_ui(version=1)
        assert await effective("other", "client-1") is None
        assert await storage.ui_customizations.find(POOL, "client-2") is None

    async def test_a_version_is_saved_once(self, storage):
        for version in (0, 1):
            await resaved(storage, "ui_customizations", a_ui(version=version))
            with pytest.raises(Conflict):
                await resaved(storage, "ui_customizations", a_ui(version=version, css="late"))

        assert await storage.ui_customizations.find(POOL, "") == a_ui(version=2)

    async def test_only_the_version_that_was_read_is_deleted(self, storage):
        await resaved(storage, "ui_customizations", a_ui())
        with pytest.raises(Conflict):
            await dropped(storage, "ui_customizations", a_ui(version=9))
        await dropped(storage, "ui_customizations", a_ui(version=1))

        assert await storage.ui_customizations.find(POOL, "") is None


class TestClients:
    async def test_a_client_has_one_branding(self, storage):
        await added(storage, "brandings", a_branding(), a_branding("branding-2", client="client-2"))

        with pytest.raises(AlreadyExists, match="branding"):
            await added(storage, "brandings", a_branding("branding-3"))

        assert await storage.brandings.find_by_client(POOL, "client-1") == a_branding()
        assert await storage.brandings.find_by_client(POOL, "client-3") is None

    async def test_a_client_has_one_document_of_a_name(self, storage):
        await added(storage, "terms", a_terms(), a_terms("terms-2", name="privacy-policy"))

        with pytest.raises(AlreadyExists, match="terms"):
            await added(storage, "terms", a_terms("terms-3"))
        with pytest.raises(AlreadyExists, match="terms"):
            await resaved(storage, "terms", a_terms("terms-2", name="terms-of-use"))

        assert await storage.terms.find_by_client(POOL, "client-1", "terms-of-use") == a_terms()
        assert await storage.terms.find_by_client(POOL, "client-2", "terms-of-use") is None

    async def test_they_go_with_the_client(self, storage):
        others = {"client": "client-2"}
        await added(storage, "clients", a_client(), a_client(id="client-2"))
        await added(storage, "brandings", a_branding(), a_branding("branding-2", **others))
        await added(storage, "terms", a_terms(), a_terms("terms-2", **others))
        await resaved(storage, "ui_customizations", a_ui())
        await resaved(storage, "ui_customizations", a_ui("client-1"))

        await dropped(storage, "clients", a_client())

        assert await storage.brandings.find_by_client(POOL, "client-1") is None
        assert [terms.id for terms in await storage.terms.list_(POOL, after="", limit=9)] == ["terms-2"]
        assert await storage.ui_customizations.effective(POOL, "client-1") == a_ui(version=1)
        assert await storage.brandings.find_by_client(POOL, "client-2") is not None


async def test_all_of_it_goes_with_the_pool(storage):
    for pool in (POOL, "other"):
        await added(storage, "resource_servers", a_server(pool=pool))
        await added(storage, "identity_providers", a_provider(pool=pool))
        await added(storage, "domains", a_domain(pool, pool=pool))
        await resaved(storage, "ui_customizations", a_ui(pool=pool))
        await added(storage, "brandings", a_branding(pool=pool))
        await added(storage, "terms", a_terms(pool=pool))

    async with storage.transaction() as tx:
        tx.pools.delete(a_pool())

    async def left(pool):
        return [
            await storage.resource_servers.find(pool, "https://api.example.org"),
            await storage.identity_providers.find_by_identifier(pool, "okta"),
            await storage.domains.find(pool),
            await storage.ui_customizations.effective(pool, ""),
            await storage.brandings.find(pool, "branding-1"),
            await storage.terms.find(pool, "terms-1"),
        ]

    assert await left(POOL) == [None] * 6
    assert None not in await left("other")
    await added(storage, "identity_providers", a_provider("Other"))  # its identifiers are free again
