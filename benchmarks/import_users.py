"""How long does an import of users take, how much memory, and what do sign-ins meanwhile feel of it?"""

import argparse
import asyncio
import json
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import boto3
from botocore.config import Config
from reports import Report

_SAVED = 500_000
ROLE = "arn:aws:iam::000000000000:role/import"
PASSWORD = "Corr3ct-horse!"


def main() -> None:
    """Import, and print what it took as JSON."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--users", type=int, default=_SAVED)
    arguments.add_argument("--database", default="")
    given = arguments.parse_args()
    report = Report(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        figures = measured(Path(folder), given.users, given.database)
    print(json.dumps(figures, indent=1))
    if given.users == _SAVED:
        report.save("import_users", [figures])


def measured(folder: Path, users: int, database: str) -> dict[str, Any]:
    """One import on a server of its own."""
    url = database or f"sqlite:///{folder / 'import.db'}"
    port = free_port()
    command = [sys.executable, "-m", "riskengine", "serve", "--database", url, "--port", str(port)]
    environment = {"RISKENGINE_INSECURE_DEV": "true", "RISKENGINE_SECRET_KEY_FILE": str(folder / "key")}
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as server:
        try:
            return imported(client_of(port), server.pid, folder, users)
        finally:
            server.terminate()


def imported(api: Any, pid: int, folder: Path, users: int) -> dict[str, Any]:
    """The figures of one import."""
    pool = api.create_user_pool(PoolName="import", AliasAttributes=["email"])["UserPool"]["Id"]
    header = api.get_csv_header(UserPoolId=pool)["CSVHeader"]
    file = folder / "users.csv"
    with file.open("w") as out:
        out.writelines(lines(header, users))
    job = api.create_user_import_job(UserPoolId=pool, JobName="all", CloudWatchLogsRoleArn=ROLE)[
        "UserImportJob"
    ]
    before = peak(pid)
    started = time.perf_counter()
    put(job["PreSignedUrl"], file)
    uploaded = time.perf_counter()
    sign_ins = SignIns(api, pool)
    api.start_user_import_job(UserPoolId=pool, JobId=job["JobId"])
    while True:
        now = api.describe_user_import_job(UserPoolId=pool, JobId=job["JobId"])["UserImportJob"]
        if now["Status"] not in {"Pending", "InProgress"}:
            break
        time.sleep(0.5)
    ended = time.perf_counter()
    return {
        "users": users,
        "file_mb": round(file.stat().st_size / 1e6, 1),
        "status": now["Status"],
        "imported": now["ImportedUsers"],
        "upload_seconds": round(uploaded - started, 1),
        "import_seconds": round(ended - uploaded, 1),
        "users_per_second": round(now["ImportedUsers"] / (ended - uploaded)),
        "peak_mb_before": before,
        "peak_mb_after": peak(pid),
        "sign_in_ms_meanwhile": sign_ins.end(),
    }


def lines(header: list[str], users: int) -> Iterator[str]:
    """A file's lines, with an address and a name each."""
    yield ",".join(header) + "\n"
    for number in range(users):
        row = {
            "cognito:username": f"user{number:07d}",
            "email": f"user{number:07d}@example.com",
            "email_verified": "true",
            "given_name": "Ann",
            "family_name": f"Number {number}",
            "cognito:mfa_enabled": "false",
        }
        yield ",".join(row.get(name, "") for name in header) + "\n"


class SignIns:
    """Somebody who signs in all the while."""

    def __init__(self, api: Any, pool: str) -> None:
        self._api = api
        api.admin_create_user(UserPoolId=pool, Username="somebody", MessageAction="SUPPRESS")
        api.admin_set_user_password(UserPoolId=pool, Username="somebody", Password=PASSWORD, Permanent=True)
        flows = ["ALLOW_USER_PASSWORD_AUTH"]
        made = api.create_user_pool_client(UserPoolId=pool, ClientName="app", ExplicitAuthFlows=flows)
        self._client = made["UserPoolClient"]["ClientId"]
        self._took: list[float] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(0.05):
            began = time.perf_counter()
            self._api.initiate_auth(
                ClientId=self._client,
                AuthFlow="USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": "somebody", "PASSWORD": PASSWORD},
            )
            self._took.append((time.perf_counter() - began) * 1000)

    def end(self) -> dict[str, float]:
        """Median and 99th percentile."""
        self._stop.set()
        self._thread.join()
        took = sorted(self._took)
        return {
            "median": round(took[len(took) // 2], 1),
            "p99": round(took[len(took) * 99 // 100], 1),
            "count": len(took),
        }


def put(url: str, file: Path) -> None:
    """Upload as curl would."""

    async def send() -> None:
        async with aiohttp.ClientSession() as session:
            with file.open("rb") as data:
                async with session.put(url, data=data) as answer:
                    answer.raise_for_status()

    asyncio.run(send())


def peak(pid: int) -> float:
    """The most memory that the process has had, in MB (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text()
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return round(int(kilobytes) / 1000, 1)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def client_of(port: int) -> Any:
    """A client, once the server answers."""
    api = boto3.client(
        "cognito-idp",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",
        config=Config(retries={"total_max_attempts": 1}),
    )
    for _ in range(200):
        try:
            api.list_user_pools(MaxResults=1)
        except Exception:  # noqa: BLE001 - not there yet
            time.sleep(0.1)
        else:
            return api
    raise TimeoutError("the server does not answer")


if __name__ == "__main__":
    main()
