"""A private PostgreSQL server for a benchmark: durable as it comes (fsync on), on a socket of its own."""

import asyncio
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import asyncpg

_HELPER = Path(__file__).parents[1] / "tests" / "postgres_server.py"
_STARTING = 60.0


def _helper() -> ModuleType:
    """How the tests find and run the server's programs."""
    spec = importlib.util.spec_from_file_location("postgres_server", _HELPER)
    if spec is None or spec.loader is None:
        raise SystemExit("tests/postgres_server.py is missing")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Postgres:
    """A server that can be stopped and started."""

    def __init__(self, folder: Path, helper: ModuleType) -> None:
        self.folder = folder
        self._helper = helper
        self._binaries = helper.programs(folder)
        helper.initialise(folder, self._binaries)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Of the database that every server has."""
        return f"postgresql://postgres:any@/postgres?host={self.folder}"

    @property
    def pid(self) -> int:
        """The server's first process."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start, and wait until it answers."""
        chosen = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "max_connections": "200",
            "shared_buffers": "128MB",
        }
        options = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
        command = [str(self._binaries / "postgres"), "-D", str(self.folder / "data"), *options]
        as_whom: dict[str, Any] = self._helper.as_whom()
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, **as_whom)
        deadline = time.monotonic() + _STARTING
        while True:
            try:
                asyncio.run(execute(self.url, "select 1"))
            except (OSError, asyncpg.PostgresError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
            else:
                return

    def stop(self, number: int = signal.SIGINT) -> None:
        """Stop it: SIGINT fast, SIGQUIT as in a crash."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)
            self._process.wait(_STARTING)


async def execute(url: str, *statements: str) -> None:
    """Statements, one after the other."""
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def new_database(server: str, name: str) -> str:
    """An empty database on a server; its URL."""
    asyncio.run(execute(server, f"drop database if exists {name}", f"create database {name}"))
    head, _, tail = server.partition("?")
    return f"{head.rpartition('/')[0]}/{name}" + (f"?{tail}" if tail else "")


@contextmanager
def private_server() -> Iterator[Postgres]:
    """A server for the length of the block, and nothing of it after."""
    helper = _helper()
    folder = helper.new_folder()
    server = Postgres(folder, helper)
    try:
        server.start()
        yield server
    finally:
        server.stop(signal.SIGQUIT)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def server_url(given: str) -> Iterator[str]:
    """The URL that was given, else that of a private server."""
    given = given or os.environ.get("DATABASE_URL", "")  # noqa: TID251 - a program's own
    if given:
        yield given
        return
    with private_server() as server:
        yield server.url
