"""The servers that are measured, each as a real process on loopback, and the process that loads them."""

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import sysconf
from pathlib import Path
from typing import Any, Self, TypeAlias
from urllib.error import URLError
from urllib.request import urlopen

HERE = Path(__file__).parent
_PATIENCE = 30.0
_Process: TypeAlias = "subprocess.Popen[str]"


@dataclass(frozen=True)
class Server:
    """A running server; `key` signs operators' calls."""

    name: str
    url: str
    key: tuple[str, str]
    pid: int
    version: str = ""  # where no package metadata tells it

    def cpu_seconds(self) -> float | None:
        """Processor time of the process so far; None where the system does not tell."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        except OSError:
            return None
        return (int(fields[11]) + int(fields[12])) / sysconf("SC_CLK_TCK")


@contextmanager
def riskengine(folder: Path, database: str = "", workers: int = 1) -> Iterator[Server]:
    """`riskengine serve` on a SQLite file, or as told; the load generator may say where a call comes from."""
    settings = folder / "riskengine.toml"
    lines = ('trusted_proxies = ["127.0.0.1/32"]', 'log_level = "warning"', f"workers = {workers}")
    settings.write_text("\n".join(lines) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "riskengine"]
    database = database or f"sqlite:///{folder / 'riskengine.db'}"
    options = ["--config", str(settings), "--database", database]
    made = subprocess.run(
        [*command, "keys", "create", "--json", *options],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    key = json.loads(made.stdout)
    with _process([*command, "serve", "--port", "0", *options], folder, output=subprocess.PIPE) as process:
        url = _told_url(process)
        yield Server("riskengine", url, (key["AccessKeyId"], key["SecretAccessKey"]), process.pid)


@contextmanager
def moto(folder: Path) -> Iterator[Server]:
    """`moto_server` as it is installed."""
    port = _free_port()
    command = [str(Path(sys.executable).parent / "moto_server"), "-H", "127.0.0.1", "-p", str(port)]
    with _process(command, folder) as process:
        url = f"http://127.0.0.1:{port}"
        _await_answer(f"{url}/moto-api/", process)
        yield Server("moto_server", url, ("testing", "testing"), process.pid)


@contextmanager
def cognito_local(program: str, folder: Path) -> Iterator[Server]:
    """cognito-local, whose installed start script is `program`."""
    port = _free_port()
    program = str(Path(program).absolute())
    command = ["env", f"PORT={port}", "HOST=127.0.0.1", "NODE_NO_WARNINGS=1", "node", program]
    with _process(command, folder) as process:
        url = f"http://127.0.0.1:{port}"
        _await_answer(f"{url}/health", process)
        yield Server("cognito-local", url, ("local", "local"), process.pid, _npm_version(Path(program)))


@contextmanager
def ministack(program: str, folder: Path) -> Iterator[Server]:
    """ministack, whose installed start script is `program`."""
    # It signs tokens only where `cryptography` is installed beside it: its extra `full`.
    port = _free_port()
    program = str(Path(program).absolute())
    places = [f"GATEWAY_PORT={port}", "BIND_HOST=127.0.0.1", f"STATE_DIR={folder / 'state'}"]
    with _process(["env", *places, program], folder) as process:
        url = f"http://127.0.0.1:{port}"
        _await_answer(f"{url}/health", process)
        yield Server("ministack", url, ("testing", "testing"), process.pid, _pip_version(Path(program)))


def _pip_version(program: Path) -> str:
    """The version of a Python program in an environment of its own."""
    asked = f"import importlib.metadata as m; print(m.version({program.name!r}))"
    told = subprocess.run(
        [program.parent / "python", "-c", asked], capture_output=True, text=True, check=False
    )
    return told.stdout.strip() or "unknown"


def _npm_version(program: Path) -> str:
    package = program.resolve().parents[2] / "package.json"
    return str(json.loads(package.read_text(encoding="utf-8"))["version"]) if package.exists() else "unknown"


class Load:
    """The load generator; one order at a time."""

    def __init__(self, process: _Process) -> None:
        self._process = process

    @classmethod
    @contextmanager
    def started(cls) -> Iterator[Self]:
        """The process, for the length of the block."""
        command = [sys.executable, str(HERE / "load.py")]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            yield cls(process)
            assert process.stdin is not None
            process.stdin.close()

    def measure(self, order: dict[str, Any]) -> dict[str, Any]:
        """Carry one order out; an answer that is no success ends the benchmark."""
        measured = self.attempt(order)
        if measured["failures"]:
            raise SystemExit(f"{measured['failures']} calls failed, the first with: {measured['failure']}")
        return measured

    def attempt(self, order: dict[str, Any]) -> dict[str, Any]:
        """Carry one order out, whatever the answers are."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("the load generator has ended")
        measured: dict[str, Any] = json.loads(line)
        return measured


@contextmanager
def _process(command: list[str], folder: Path, *, output: int = subprocess.DEVNULL) -> Iterator[_Process]:
    # What a server logs is thrown away: a pipe that nobody empties would stop it.
    with subprocess.Popen(
        command, cwd=folder, stdout=output, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()


def _told_url(process: _Process) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        found = re.search(r"answers at (http://\S+)", line)
        if found:
            return found[1]
    raise SystemExit("riskengine did not start")


def _await_answer(url: str, process: _Process) -> None:
    for _ in range(int(_PATIENCE / 0.1)):
        if process.poll() is not None:
            break
        try:
            with urlopen(url, timeout=5):
                return
        except (URLError, ConnectionError):
            time.sleep(0.1)
    raise SystemExit(f"nothing answers at {url}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
