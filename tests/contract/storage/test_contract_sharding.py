"""Every statement of a call names its pool, and finds its rows by an index: PostgreSQL can shard by pool.

What does not is listed here, one by one: operators' lists, background jobs, and names unique over all pools.
"""

import importlib
import pkgutil
import re
import sqlite3
from pathlib import Path

import asyncpg
import pytest

from riskengine.storage import open_storage, statements
from riskengine.storage.migrations import MIGRATIONS
from riskengine.storage.sql import Statement
from riskengine.storage.statements.cascades import PURGE
from riskengine.storage.statements.events import delete_before
from riskengine.storage.statements.users import Search

ACROSS_POOLS = {
    # Tables that are whole everywhere (Citus: reference tables), a handful of rows each.
    "keys.ACCESS",
    "keys.LIST_ACCESS",
    "keys.ADD_ACCESS",
    "keys.DELETE_ACCESS",
    "workers.LIST",
    "workers.PUT",
    "workers.DELETE",
    "domains.FIND",
    # The client id is all that a public call brings; it is believed for a second, and asked for no oftener.
    "clients.FIND_BY_ID",
    # An operator's list.
    "pools.LIST",
    "outbox.LATEST",
    "outbox.LATEST_TO",
    "events.ANYWHERE",
    "breached_passwords.LISTS",
    # One process purges, by age, whatever pool it is.
    "events.WHOLE_BEFORE",
    "events.delete_before[0]",
    "events.delete_before[1]",
    # Background jobs, a few a second whatever the load.
    "outbox.DUE",
    "log_lines.DUE",
    "import_jobs.DUE",
    *(f"cascades.PURGE[{number}]" for number in range(len(PURGE))),
}
# Read whole on purpose: few rows, or an operator's list that is read from its index's end.
READ_WHOLE = {
    "keys.LIST_ACCESS",
    "workers.LIST",
    "outbox.LATEST",
    "events.ANYWHERE",
    "breached_passwords.LISTS",
    f"cascades.PURGE[{len(PURGE) - 1}]",  # of workers
}


def _statements_in(value):
    if isinstance(value, Statement):
        yield "", value
    elif isinstance(value, Search):
        for name in ("exactly", "between", "from_on"):
            yield f".{name}", getattr(value, name)
    elif isinstance(value, tuple | dict):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, each in items:
            for suffix, found in _statements_in(each):
                yield f"[{key}]{suffix}", found


def every_statement():
    found = {}
    for module in pkgutil.iter_modules(statements.__path__):
        content = vars(importlib.import_module(f"{statements.__name__}.{module.name}"))
        for name, value in content.items():
            if name.isupper():
                found |= {f"{module.name}.{name}{suffix}": each for suffix, each in _statements_in(value)}
    found |= {f"events.delete_before[{n}]": each for n, each in enumerate(delete_before("events"))}
    return found


EVERY = every_statement()
# Of tables; `found` is what a statement itself has found.
_REFERENCE = re.compile(r"\b(?:from|join|into|^update) (?!found\b)(\w+)")
_BOUND = re.compile(r"\b(?:\w+\.)?pool = (?::pool|\w+\.pool)\b")


def is_bound(statement):
    """Whether every table in it is held to one pool."""
    text = statement.text
    if text.startswith("insert"):
        return ":pool" in text and "(pool" in text
    return len(_BOUND.findall(text)) >= len(_REFERENCE.findall(text)) > 0


def test_there_are_statements():
    assert len(EVERY) > 100
    assert set(EVERY) > ACROSS_POOLS


@pytest.mark.parametrize("name", sorted(EVERY))
def test_a_statement_is_held_to_one_pool_or_is_listed(name):
    assert is_bound(EVERY[name]) == (name not in ACROSS_POOLS)


def test_the_check_finds_what_is_not_bound():
    for text in (
        "select body from users where sub = :sub",
        "select users.body from members join users on users.sub = members.sub where members.pool = :pool",
        "delete from users where pool = :pool and sub in (select sub from members)",
        "update users set body = :body where sub = :sub",
    ):
        assert not is_bound(Statement(text))


def test_sqlite_finds_every_row_by_an_index(sqlite_url):
    connection = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))
    scans = set()
    for name, statement in EVERY.items():
        compiled = statement.sqlite
        plan = connection.execute(f"explain query plan {compiled.text}", [1] * len(compiled.names))
        if any(re.match(r"SCAN (?!found|some_users|\(|CONSTANT)", row[3]) for row in plan):
            scans.add(name)
    connection.close()

    # Lists of operators' keys and pools, and the outbox, are walked along their index.
    assert scans <= READ_WHOLE | {"pools.LIST"}


async def test_postgres_finds_every_row_by_an_index(postgres_url):
    connection = await asyncpg.connect(postgres_url)
    await connection.execute("set enable_seqscan = off")
    scans = set()
    for name, statement in EVERY.items():
        text = re.sub(r"\$\d+", "'1'", statement.postgres.text)
        plan = [row[0] for row in await connection.fetch(f"explain {text}")]
        if any("Seq Scan" in line for line in plan):
            scans.add(name)
    await connection.close()

    assert scans <= READ_WHOLE


ADDITIVE = re.compile(
    r"create table (\w+)|create (?:unique )?index \w+ on (\w+)|alter table \w+ add column (?!.*not null)",
    re.DOTALL,
)


# No process of a release before runs on a schema older than this: the seventh indexes an empty table.
@pytest.mark.parametrize("migration", MIGRATIONS[7:], ids=lambda migration: str(migration.version))
def test_a_migration_leaves_processes_of_the_release_before_working(migration):
    """It only adds: tables, indexes on its own new tables (nothing is locked), columns that may be empty."""
    made = set()
    # What PostgreSQL alone is told is held to it by test_contract_event_months.py, with such processes.
    assert (migration.postgres != ()) == (migration.version == 9)
    # A SQLite file has one process, which migrates it when it starts.
    for statement in migration.statements:
        found = ADDITIVE.match(statement)
        assert found, statement
        if found[1]:
            made.add(found[1])
        if found[2]:
            assert found[2] in made, statement


async def test_the_docs_distribute_every_table(new_postgres_url):
    docs = (Path(__file__).parents[3] / "docs" / "scaling.md").read_text(encoding="utf-8")
    storage = await open_storage(new_postgres_url)
    await storage.migrate()
    await storage.close()
    connection = await asyncpg.connect(new_postgres_url)
    # A partition is distributed with its table.
    tables = await connection.fetch(
        "select relname from pg_class where relnamespace = 'public'::regnamespace"
        " and relkind in ('r', 'p') and not relispartition"
    )
    await connection.close()

    assert [row[0] for row in tables if f"'{row[0]}'" not in docs] == []
