"""A database of an earlier version keeps what is in it; on both kinds."""

from pathlib import Path

import pytest
from msgspec import msgpack
from stored_hosted import a_branding, a_domain, a_provider, a_server, a_terms, a_ui
from stored_messages import a_code, a_device, a_message, a_passkey
from stored_things import NOW, POOL, a_pool, a_session, a_user

from riskengine.api import wire
from riskengine.entities import Lockout, Observation, RateWindow
from riskengine.storage import records
from riskengine.storage.migrations import MIGRATIONS
from riskengine.storage.postgres import Postgres
from riskengine.storage.sqlite import SqliteFile
from riskengine.storage.statements import pools, sessions, users
from riskengine.storage.store import Store
from riskengine.storage.unit import Write

# What entities have gained since version 1 of the schema.
SINCE_1 = (
    "web_authn_configuration",
    "unproved",
    "former_credentials",
    "mfa_options",
    "device_key",
)


async def opened(url):
    if url.startswith("postgresql"):
        return await Postgres.open(url)
    return await SqliteFile.open(Path(url.removeprefix("sqlite:///")))


def as_of_1(row, thing):
    """The row with a body that knows nothing of what came later."""
    members = msgpack.decode(wire.to_record(thing))
    return row | {"body": msgpack.encode({name: members[name] for name in members if name not in SINCE_1})}


@pytest.fixture
async def upgraded(new_database_url, monkeypatch):
    """A store that was filled at version 1 and then brought up to date."""
    database = await opened(new_database_url)
    with monkeypatch.context() as earlier:
        earlier.setattr("riskengine.storage.migrations.MIGRATIONS", MIGRATIONS[:1])
        await database.migrate()
    user_row = {**records.user_row(a_user()), "username": "alice"}
    await database.commit(
        [
            Write(pools.ADD, as_of_1(records.pool_row(a_pool()), a_pool())),
            Write(users.ADD, as_of_1(user_row, a_user())),
            Write(sessions.ADD, as_of_1(records.session_row(a_session()), a_session())),
        ]
    )
    store = Store(database)
    async with store.transaction() as tx:
        tx.lockouts.save(POOL, "alice", "password", Lockout(failures=3))
    await store.migrate()
    yield store
    await store.close()


async def test_version_1_is_still_there_after_the_upgrade(upgraded):
    assert await upgraded.pools.get(POOL) == a_pool()
    assert await upgraded.users.find(POOL, "alice") == a_user()
    assert await upgraded.sessions.find_by_refresh(POOL, b"session-1") == a_session()
    assert (await upgraded.lockouts.find(POOL, "alice", "password")).failures == 3


async def test_observations_outlive_the_upgrade(new_database_url, monkeypatch):
    database = await opened(new_database_url)
    with monkeypatch.context() as earlier:
        earlier.setattr("riskengine.storage.migrations.MIGRATIONS", MIGRATIONS[:9])
        await database.migrate()
    store = Store(database)
    told = [
        Observation(pool=POOL, process="one", number=number, decided=number - 1, body=b"x" * 1200)
        for number in (1, 2, 5)
    ]
    async with store.transaction() as tx:
        for each in told:
            tx.observations.add(each)

    await store.migrate()

    assert list(await store.observations.since(POOL, "one", 0, limit=9)) == told
    await store.close()


async def test_what_version_1_wrote_can_be_saved_and_deleted(upgraded):
    async with upgraded.transaction() as tx:
        tx.users.save(a_user(unproved={"email": "new@example.org"}))
        tx.sessions.save(a_session(device_key="device-1"))

    changed = a_user(unproved={"email": "new@example.org"}, version=1)
    assert await upgraded.users.get(POOL, "sub-1") == changed
    assert (await upgraded.sessions.get(POOL, "session-1")).device_key == "device-1"

    async with upgraded.transaction() as tx:
        tx.users.delete(changed)

    assert await upgraded.users.find(POOL, "alice") is None
    assert await upgraded.lockouts.find(POOL, "alice", "password") == Lockout()


async def test_an_upgraded_database_holds_every_new_kind_of_row(upgraded):
    async with upgraded.transaction() as tx:
        tx.codes.save(a_code())
        tx.rates.save(POOL, "sub-1", "resend", RateWindow(times=(NOW,)), expires=NOW)
        tx.outbox.add(a_message())
        tx.devices.add(a_device())
        tx.passkeys.add(a_passkey())

    assert await upgraded.codes.find(POOL, "sub-1", "SignUp") == a_code(version=1)
    assert (await upgraded.rates.find(POOL, "sub-1", "resend")).times == (NOW,)
    assert await upgraded.outbox.due(NOW, limit=9) == [a_message()]
    assert await upgraded.devices.find(POOL, "sub-1", "device-1") == a_device()
    assert await upgraded.passkeys.find(POOL, "sub-1", "passkey-1") == a_passkey()


async def test_an_upgraded_database_holds_what_the_hosted_pages_need(upgraded):
    async with upgraded.transaction() as tx:
        tx.resource_servers.add(a_server())
        tx.identity_providers.add(a_provider())
        tx.domains.add(a_domain())
        tx.ui_customizations.save(a_ui())
        tx.brandings.add(a_branding())
        tx.terms.add(a_terms())

    assert await upgraded.resource_servers.find(POOL, "https://api.example.org") == a_server()
    assert await upgraded.identity_providers.find_by_identifier(POOL, "example.org") == a_provider()
    assert await upgraded.domains.find("login") == a_domain()
    assert await upgraded.ui_customizations.effective(POOL, "client-1") == a_ui(version=1)
    assert await upgraded.brandings.find_by_client(POOL, "client-1") == a_branding()
    assert await upgraded.terms.find_by_client(POOL, "client-1", "terms-of-use") == a_terms()
