"""`riskengine` as people run it: a process of its own, asked over the wire."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from riskengine.base.clock import SystemClock

REGION = "us-east-1"
PATIENCE = 60.0  # seconds: a busy machine starts Python slowly
_ANSWERS = re.compile(r"answers at (http://\S+)")
_FIRST_KEY = re.compile(r"AWS_ACCESS_KEY_ID=(\S+)\s+AWS_SECRET_ACCESS_KEY=(\S+)")
Key = tuple[str, str]


def environment(**settings: str) -> dict[str, str]:
    """The machine's own, with no settings of the service but these."""
    machine = os.environ.items()
    kept = {name: value for name, value in machine if not name.startswith(("RISKENGINE_", "AWS_"))}
    return {**kept, **{f"RISKENGINE_{name.upper()}": value for name, value in settings.items()}}


def command(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """One call of `riskengine` from a folder, to its end."""
    return subprocess.run(
        [sys.executable, "-m", "riskengine", *arguments],
        cwd=folder,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


class Server:
    """`riskengine serve` in a folder, where its logs and key file lie; every start is on the same port."""

    def __init__(self, folder: Path, database: str, **settings: str) -> None:
        self.folder = folder
        self.database = database
        self.clock = SystemClock()
        self.endpoint = ""
        self.key: Key = ("", "")  # of the first start
        self.shown_keys: list[Key] = []  # of the last start
        self._settings = settings
        self._starts = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process

    @property
    def port(self) -> int:
        return int(self.endpoint.rpartition(":")[2] or 0)

    @property
    def output(self) -> str:
        """What the last start wrote to standard output."""
        return self._log("out").read_text()

    @property
    def logs(self) -> str:
        """All that all starts wrote, to either stream, but for the first key."""
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))

    def start(self) -> "Server":
        self._starts += 1
        with self._log("out").open("wb") as out, self._log("err").open("wb") as err:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "riskengine",
                    "serve",
                    f"--port={self.port}",
                    "--database",
                    self.database,
                ],
                cwd=self.folder,
                env=environment(**self._settings),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )
        self.endpoint = self._address()
        self.shown_keys = _FIRST_KEY.findall(self.output)
        self.key = self.shown_keys[0] if self.shown_keys else self.key
        return self

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal; the exit code, once it has ended."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def restart(self, number: int = signal.SIGTERM) -> None:
        self.end(number)
        self.start()

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another command on the same database, from the same folder."""
        return command(self.folder, *arguments, "--database", self.database, **self._settings)

    @property
    def shared_api(self) -> Any:
        """A client; of a server in a process of its own each is a new one."""
        return self.boto3()

    def boto3(self, key: Key | None = None) -> Any:
        """A client that never retries."""
        id_, secret = key or self.key
        return boto3.client(
            "cognito-idp",
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=id_,
            aws_secret_access_key=secret,
            config=Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=30),
        )

    def get(self, path: str) -> tuple[int, bytes]:
        return _read(Request(self.endpoint + path))

    def _log(self, stream: str) -> Path:
        return self.folder / f"{self._starts:02}-{stream}.log"

    def _address(self) -> str:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            found = _ANSWERS.search(self.output)
            if found:
                return found[1]
            time.sleep(0.02)
        self.end(signal.SIGKILL)
        raise RuntimeError(f"the server did not start: {self._log('err').read_text()}")


def extended(server: Any, operation: str, key: Key, **members: Any) -> Any:
    """A signed call that asks for what we tell beyond Cognito's model."""
    request = AWSRequest(
        "POST",
        f"{server.endpoint}/",
        data=json.dumps(members).encode(),
        headers={
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": f"AWSCognitoIdentityProviderService.{operation}",
            "X-Riskengine-Extensions": "1",
        },
    )
    SigV4Auth(Credentials(*key), "cognito-idp", REGION).add_auth(request)
    _, body = _read(Request(request.url, request.data, dict(request.headers)))
    return json.loads(body)


def _read(request: Request) -> tuple[int, bytes]:
    try:
        with urlopen(request, timeout=30) as response:
            return response.status, response.read()
    except HTTPError as error:
        with error:
            return error.code, error.read()
