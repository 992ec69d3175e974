"""Databases for tests: a SQLite file or a PostgreSQL database, empty and migrated, for each test.

PostgreSQL is the one of RISKENGINE_TEST_POSTGRES or DATABASE_URL, else a private server that
lives as long as the test run, whatever the number of its processes.
"""

import asyncio
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import postgres_server
import pytest

from riskengine.storage import open_storage
from riskengine.storage.interface import Storage
from riskengine.storage.statements.cascades import POOL_TABLES

STARTING = 60.0  # seconds a server may take on a busy machine
_EMPTY = "".join(f"delete from {table};" for table in (*POOL_TABLES, "access_keys", "workers"))
STATE = "postgres-server"  # in the run's folder: the keeper's process and the server's folder


def _given() -> str | None:
    for name in ("RISKENGINE_TEST_POSTGRES", "DATABASE_URL"):
        url = os.environ.get(name, "")
        if url.startswith(("postgres://", "postgresql://")):
            return url
    return None


def _run_folder(session_folder: Path) -> Path:
    """The folder that all processes of a test run share."""
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    return session_folder.parent if is_worker else session_folder


def _run_process() -> int:
    """The process that lasts as long as the run: xdist's workers are children of it."""
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    return os.getppid() if is_worker else os.getpid()


def _start(state: Path) -> Path:
    folder = postgres_server.new_folder()
    keeper = subprocess.Popen(
        [sys.executable, postgres_server.__file__, str(folder), str(_run_process())],
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    state.write_text(f"{keeper.pid} {folder}")
    keeper.returncode = 0  # it is waited for by `stop`, in whichever process that is
    return folder


def _private_server(run_folder: Path) -> str:
    """The run's own server; the first process to need it starts it."""
    state = run_folder / STATE
    with (run_folder / f"{STATE}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = Path(state.read_text().split()[1]) if state.exists() else _start(state)
    # Anybody in the folder is trusted; with a password given, asyncpg looks for none in the home folder.
    return f"postgresql://postgres:any@/postgres?host={folder}"


def stop_private_server(run_folder: Path) -> None:
    """Stop the run's server, if one was started, and wait until it has tidied up."""
    state = run_folder / STATE
    if not state.exists():
        return
    keeper, folder = state.read_text().split()
    state.unlink()
    os.kill(int(keeper), signal.SIGTERM)
    while Path(folder).exists():
        time.sleep(0.02)


async def _connect(url: str) -> asyncpg.Connection:
    deadline = time.monotonic() + STARTING
    while True:
        try:
            return await asyncpg.connect(url)
        except (OSError, asyncpg.CannotConnectNowError):
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.05)


async def _execute(url: str, *statements: str) -> None:
    connection = await _connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def _named(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


async def _migrated(url: str) -> None:
    storage = await open_storage(url)
    await storage.migrate()
    await storage.close()


@pytest.fixture(scope="session")
def postgres_server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server's URL, with a database to connect to first."""
    given = _given()
    if given is not None:
        yield given
        return
    run_folder = _run_folder(tmp_path_factory.getbasetemp())
    yield _private_server(run_folder)
    if run_folder == tmp_path_factory.getbasetemp():
        stop_private_server(run_folder)


@pytest.fixture
def new_postgres_url(postgres_server_url: str) -> Iterator[str]:
    """The URL of a PostgreSQL database without any table, for one test."""
    name = f"test_{uuid.uuid4().hex}"
    asyncio.run(_execute(postgres_server_url, f"create database {name}"))
    yield _named(postgres_server_url, name)
    asyncio.run(_execute(postgres_server_url, f"drop database {name} with (force)"))


@pytest.fixture(scope="session")
def _worker_postgres_url(postgres_server_url: str) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex}"
    url = _named(postgres_server_url, name)
    asyncio.run(_execute(postgres_server_url, f"create database {name}"))
    asyncio.run(_migrated(url))
    yield url
    asyncio.run(_execute(postgres_server_url, f"drop database {name} with (force)"))


@pytest.fixture
def postgres_url(_worker_postgres_url: str) -> str:
    """The URL of an empty, migrated PostgreSQL database."""
    asyncio.run(_execute(_worker_postgres_url, _EMPTY))
    return _worker_postgres_url


@pytest.fixture(scope="session")
def _migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    asyncio.run(_migrated(f"sqlite:///{path}"))
    return path


@pytest.fixture
def sqlite_url(_migrated_file: Path, tmp_path: Path) -> str:
    """The URL of an empty, migrated SQLite file."""
    path = shutil.copy(_migrated_file, tmp_path / "riskengine.db")
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty, migrated database: the test runs on both kinds."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=["sqlite", "postgres"])
def new_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without any table: the test runs on both kinds."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new.db'}"
    return str(request.getfixturevalue("new_postgres_url"))


@pytest.fixture
async def storage(database_url: str) -> AsyncIterator[Storage]:
    """An empty store: the test runs on both databases."""
    opened = await open_storage(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def other_storage(storage: Storage, database_url: str) -> AsyncIterator[Storage]:
    """A second store on the same database, as another process would have."""
    opened = await open_storage(database_url)
    yield opened
    await opened.close()
