"""The schema, how it comes about, and how a database is named."""

import asyncio
import re

import asyncpg
import pytest
from stored_things import POOL, a_pool

from riskengine.storage import StorageError, Unavailable, open_storage
from riskengine.storage.migrations import MIGRATIONS, missing
from riskengine.storage.statements.cascades import CLIENT_TABLES, POOL_TABLES, USER_TABLES


def created_tables():
    """Tables of every migration and what stands between their parentheses."""
    text = "\n".join(statement for migration in MIGRATIONS for statement in migration.statements)
    return dict(re.findall(r"create table (\w+) \(((?:[^()]|\([^()]*\))*)\)", text))


class TestMigrations:
    async def test_migrating_twice_is_migrating_once(self, new_database_url):
        storage = await open_storage(new_database_url)
        await storage.migrate()
        async with storage.transaction() as tx:
            tx.pools.add(a_pool())
        await storage.migrate()

        assert await storage.pools.get(POOL) == a_pool()
        await storage.close()

    async def test_many_may_migrate_at_once(self, new_database_url):
        stores = [await open_storage(new_database_url) for _ in range(4)]

        await asyncio.gather(*(storage.migrate() for storage in stores))

        for storage in stores:
            await storage.ping()
            await storage.close()

    async def test_a_database_without_a_schema_says_so(self, new_database_url):
        storage = await open_storage(new_database_url)
        with pytest.raises(Unavailable, match="migrate first"):
            await storage.ping()
        with pytest.raises(Unavailable, match="migrate first"):
            async with storage.transaction() as tx:
                tx.pools.add(a_pool())
        await storage.close()

    def test_migrations_are_numbered_without_a_gap(self):
        assert [migration.version for migration in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))

    def test_a_schema_from_the_future_is_refused(self):
        with pytest.raises(StorageError, match="newer"):
            missing(MIGRATIONS[-1].version + 1)


class TestTables:
    def test_every_key_begins_with_the_pool_and_then_the_user(self):
        for table, columns in created_tables().items():
            if table in {"access_keys", "workers"}:  # they belong to the server
                continue
            key = re.search(r"primary key \(([^)]*)\)", columns)[1].split(", ")
            assert key[0] == "pool", table

    def test_every_table_of_a_pool_goes_with_it(self):
        tables = {table for table, columns in created_tables().items() if "pool TEXT" in columns}

        assert tables == set(POOL_TABLES)

    def test_every_table_of_a_user_goes_with_them(self):
        tables = {table for table, columns in created_tables().items() if "sub TEXT" in columns}

        assert tables == set(USER_TABLES)

    def test_every_table_of_a_client_goes_with_it(self):
        tables = {table for table, columns in created_tables().items() if "client TEXT" in columns}

        assert tables == set(CLIENT_TABLES)


async def test_postgres_orders_every_text_by_code_point(postgres_url):
    """A server's own locale would put pages and prefixes in another order than SQLite's."""
    connection = await asyncpg.connect(postgres_url)
    others = await connection.fetch(
        "select table_name, column_name from information_schema.columns where table_schema = 'public'"
        " and data_type = 'text' and collation_name is distinct from 'C'"
    )
    await connection.close()

    assert others == []


class TestUrls:
    @pytest.mark.parametrize(
        "url", ["mysql://u:hunter2@h/d", "hunter2", "", "sqlite:relative", "sqlite://relative.db", "://"]
    )
    async def test_an_unknown_database_is_refused_without_repeating_a_password(self, url):
        with pytest.raises(ValueError, match=re.escape("sqlite:////absolute/path")) as refused:
            await open_storage(url)

        assert "hunter2" not in str(refused.value)

    @pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
    async def test_a_database_in_memory_is_its_owners_alone(self, url):
        storage, other = await open_storage(url), await open_storage(url)
        for each in (storage, other):
            await each.migrate()
        async with storage.transaction() as tx:
            tx.pools.add(a_pool())

        assert await storage.pools.get(POOL) == a_pool()
        assert await other.pools.find(POOL) is None
        for each in (storage, other):
            await each.close()

    async def test_a_path_is_relative_with_three_slashes(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        storage = await open_storage("sqlite:///here.db")
        await storage.close()

        assert (tmp_path / "here.db").exists()

    async def test_a_missing_folder_is_named(self, tmp_path):
        with pytest.raises(Unavailable, match="nowhere"):
            await open_storage(f"sqlite:///{tmp_path}/nowhere/x.db")

    async def test_a_file_that_is_no_database_is_refused(self, tmp_path):
        (tmp_path / "x.db").write_bytes(b"not a database, but long enough to have a header" * 100)

        with pytest.raises(Unavailable):
            await open_storage(f"sqlite:///{tmp_path}/x.db")

    async def test_files_are_their_owners_alone(self, tmp_path):
        storage = await open_storage(f"sqlite:///{tmp_path}/x.db")
        await storage.migrate()
        async with storage.transaction() as tx:
            tx.pools.add(a_pool())

        assert {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {
            "x.db": 0o600,
            "x.db-wal": 0o600,
            "x.db-shm": 0o600,
        }
        await storage.close()
