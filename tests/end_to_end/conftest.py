"""Servers of their own processes, on both databases; started once and shared."""

import asyncio
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from databases import _execute, _named

if TYPE_CHECKING:
    from serving import Server


@pytest.fixture(scope="session")
def new_database(postgres_server_url: str) -> Callable[[str, Path], str]:
    """The URL of a database that is not there yet, or has no table: `sqlite` in a folder, or `postgres`."""

    def new(kind: str, folder: Path) -> str:
        if kind == "sqlite":
            return f"sqlite:///{folder / 'riskengine.db'}"
        name = f"test_{uuid.uuid4().hex}"
        asyncio.run(_execute(postgres_server_url, f"create database {name}"))
        return _named(postgres_server_url, name)

    return new


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def server(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    new_database: Callable[[str, Path], str],
) -> "Iterator[Server]":
    """A server that is up the whole time, for tests that make pools of their own."""
    from serving import Server

    folder = tmp_path_factory.mktemp(request.param)
    server = Server(folder, new_database(request.param, folder)).start()
    yield server
    server.end()


@pytest.fixture(params=["sqlite", "postgres"])
def own_server(
    request: pytest.FixtureRequest, tmp_path: Path, new_database: Callable[[str, Path], str]
) -> "Iterator[Server]":
    """A server that this test may stop and kill."""
    from serving import Server

    server = Server(tmp_path, new_database(request.param, tmp_path)).start()
    yield server
    server.end()
