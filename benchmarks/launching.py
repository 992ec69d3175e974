"""How long `riskengine serve` takes from its start as a process, and what memory it holds (Linux)."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

_PATIENCE = 120.0


@dataclass
class Launched:
    """A process that was just started, and the moment when it was."""

    process: "subprocess.Popen[str]"
    begun: float
    port: int
    ready_s: float  # until its first 200 on /health/ready

    def memory_mb(self, name: str = "VmRSS") -> float:
        """Memory now (`VmRSS`), or the most so far (`VmHWM`)."""
        return memory_mb(self.process.pid, name)

    def post(self, request: dict[str, Any]) -> float:
        """One call; the milliseconds until its answer, which must be a 200."""
        before = perf_counter()
        connection = HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE)
        connection.request("POST", "/", request["body"], request["headers"])
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status != 200:
            raise SystemExit(f"{answer.status} {text[:200]!r}")
        return (perf_counter() - before) * 1e3


@contextmanager
def launched(folder: Path, database: str) -> Iterator[Launched]:
    """`riskengine serve` in a folder where `servers.riskengine` has been; ready within the block."""
    settings = ["--config", str(folder / "riskengine.toml"), "--database", database]
    command = [sys.executable, "-m", "riskengine", "serve", "--port", "0", *settings]
    begun = perf_counter()
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            port = _told_port(process)
            _await_ready(port)
            yield Launched(process, begun, port, perf_counter() - begun)
        finally:
            process.terminate()
            process.wait(_PATIENCE)


def _told_port(process: "subprocess.Popen[str]") -> int:
    assert process.stdout is not None
    for line in process.stdout:
        found = re.search(r"answers at http://\S+:(\d+)", line)
        if found:
            return int(found[1])
    raise SystemExit("riskengine did not start")


def _await_ready(port: int) -> None:
    deadline = perf_counter() + _PATIENCE
    while perf_counter() < deadline:
        connection = HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
        connection.request("GET", "/health/ready")
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status == 200:
            return
        print(f"not ready: {json.loads(text)}", flush=True)
        sleep(0.01)
    raise SystemExit("riskengine was never ready")


def memory_mb(pid: int, name: str = "VmRSS") -> float:
    """A process's memory by the kernel's name of it, in MB (10**6 bytes)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith(f"{name}:"))
    return int(kilobytes) * 1024 / 1e6


def forget_cached(path: Path) -> None:
    """Have the kernel drop a file's pages: the next reader finds it on the disk only."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(handle)
