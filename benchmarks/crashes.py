"""What is lost when the service is killed (kill -9) at random moments under load? Nothing may be."""

import argparse
import json
import os
import random  # noqa: TID251 - moments need no secrecy
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import postgres
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from reports import Report

_PASSWORD = "Corr3ct-horse-battery!"
_TARGET = "AWSCognitoIdentityProviderService."
_PATIENCE = 60.0
_Answer = dict[str, Any]


class CutOffError(Exception):
    """Nobody answers any more."""


class RefusedError(Exception):
    """An error of the API, by its type."""


class Api:
    """Calls over a connection of one thread's own."""

    def __init__(self, port: int, key: tuple[str, str]) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self._url = f"http://127.0.0.1:{port}/"
        self._key = key

    def call(self, operation: str, *, signed: bool = False, **members: Any) -> _Answer:
        """The answer of one call.

        Raises:
            CutOffError: the server is gone.
            RefusedError: it says no.
        """
        body = json.dumps(members)
        headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": _TARGET + operation}
        if signed:
            request = AWSRequest("POST", self._url, headers=headers, data=body.encode())
            SigV4Auth(Credentials(*self._key), "cognito-idp", "us-east-1").add_auth(request)
            headers = dict(request.headers.items())
        try:
            self._connection.request("POST", "/", body, headers)
            response = self._connection.getresponse()
            answer: _Answer = json.loads(response.read())
        except (OSError, HTTPException, ValueError) as error:
            self._connection.close()
            raise CutOffError from error
        if response.status != 200:
            raise RefusedError(str(answer.get("__type")))
        return answer


@dataclass
class Acknowledged:
    """What the service has answered, and must therefore keep."""

    users: list[str] = field(default_factory=list)
    sign_ins: list[tuple[str, str]] = field(default_factory=list)  # (user, event)
    failures: Counter[str] = field(default_factory=Counter)
    revoked: list[str] = field(default_factory=list)
    feedback: list[tuple[str, str, str]] = field(default_factory=list)  # (user, event, value)
    faults: list[str] = field(default_factory=list)


class Service:
    """`riskengine serve`, in a process group of its own, that can be killed and started again."""

    def __init__(self, folder: Path, database: str, workers: int) -> None:
        self.folder = folder
        self.port = 0
        self.key = ("", "")
        self._options = ["--database", database, "--workers", str(workers)]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait for its word."""
        command = [sys.executable, "-m", "riskengine", "serve", f"--port={self.port}", *self._options]
        with (self.folder / "out").open("wb") as out, (self.folder / "err").open("ab") as err:
            self._process = subprocess.Popen(
                command, cwd=self.folder, stdout=out, stderr=err, start_new_session=True
            )
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline and self._process.poll() is None:
            text = (self.folder / "out").read_text(encoding="utf-8")
            found = re.search(r"answers at http://\S+:(\d+)", text)
            if found:
                self.port = int(found[1])
                key = re.search(r"ACCESS_KEY_ID=(\S+)\s+AWS_SECRET_ACCESS_KEY=(\S+)", text)
                self.key = (key[1], key[2]) if key else self.key
                return
            time.sleep(0.01)
        raise SystemExit(
            f"it did not start again: {(self.folder / 'err').read_text(encoding='utf-8')[-2000:]}"
        )

    def kill(self) -> None:
        """Kill -9, all of its processes."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def api(self) -> Api:
        """A connection."""
        return Api(self.port, self.key)


class Crowd:
    """A pool and the threads that use it, each with a user and a kind of work."""

    def __init__(self, service: Service) -> None:
        self.service = service
        api = service.api()
        add_ons = {"AdvancedSecurityMode": "ENFORCED"}
        made = api.call("CreateUserPool", signed=True, PoolName="crashes", UserPoolAddOns=add_ons)
        self.pool: str = made["UserPool"]["Id"]
        flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
        made = api.call(
            "CreateUserPoolClient",
            signed=True,
            UserPoolId=self.pool,
            ClientName="app",
            ExplicitAuthFlows=flows,
            EnableTokenRevocation=True,
        )
        self.client: str = made["UserPoolClient"]["ClientId"]
        self.lanes = [self._user(api, f"lane{number}") for number in range(4)]
        self._seen: set[str] = set()
        self._newcomers = 0

    def _user(self, api: Api, name: str) -> str:
        api.call(
            "AdminCreateUser", signed=True, UserPoolId=self.pool, Username=name, MessageAction="SUPPRESS"
        )
        api.call(
            "AdminSetUserPassword",
            signed=True,
            UserPoolId=self.pool,
            Username=name,
            Password=_PASSWORD,
            Permanent=True,
        )
        return name

    def round(self, seconds: float) -> Acknowledged:
        """Load until the kill, which comes after so many seconds."""
        told = Acknowledged()
        works = [self._sign_up, self._sign_up, *(self._lane(user) for user in self.lanes)]
        threads = [threading.Thread(target=self._until_cut_off, args=(work, told)) for work in works]
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        self.service.kill()
        for thread in threads:
            thread.join(_PATIENCE)
        return told

    def _until_cut_off(self, work: Any, told: Acknowledged) -> None:
        api = self.service.api()
        while True:
            try:
                work(api, told)
            except CutOffError:
                return
            except RefusedError as error:
                told.faults.append(str(error))

    def _sign_up(self, api: Api, told: Acknowledged) -> None:
        self._newcomers += 1
        name = f"new{self._newcomers}-{threading.get_ident() % 9973}"
        api.call("SignUp", ClientId=self.client, Username=name, Password=_PASSWORD)
        told.users.append(name)

    def _lane(self, user: str) -> Any:
        def work(api: Api, told: Acknowledged) -> None:
            answer = self._sign_in(api, user)
            event = event_of(answer["AccessToken"])
            told.sign_ins.append((user, event))
            if random.random() < 0.3:
                try:
                    self._sign_in(api, user, "wrong-" + _PASSWORD)
                except RefusedError:
                    told.failures[user] += 1
            if random.random() < 0.5:
                api.call("RevokeToken", ClientId=self.client, Token=answer["RefreshToken"])
                told.revoked.append(answer["RefreshToken"])
            if random.random() < 0.3:
                api.call(
                    "AdminUpdateAuthEventFeedback",
                    signed=True,
                    UserPoolId=self.pool,
                    Username=user,
                    EventId=event,
                    FeedbackValue="Valid",
                )
                told.feedback.append((user, event, "Valid"))

        return work

    def _sign_in(self, api: Api, user: str, password: str = _PASSWORD) -> _Answer:
        answer = api.call(
            "InitiateAuth",
            ClientId=self.client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": user, "PASSWORD": password},
        )
        found: _Answer = answer["AuthenticationResult"]
        return found

    def events(self, api: Api, user: str) -> dict[str, _Answer]:
        """A user's events that were not asked for before, by id."""
        found: dict[str, _Answer] = {}
        token: dict[str, str] = {}
        while True:
            page = api.call(
                "AdminListUserAuthEvents", signed=True, UserPoolId=self.pool, Username=user, **token
            )
            new = {e["EventId"]: e for e in page["AuthEvents"] if e["EventId"] not in self._seen}
            found |= new
            if "NextToken" not in page or len(new) < len(page["AuthEvents"]):
                self._seen |= set(found)
                return found
            token = {"NextToken": page["NextToken"]}

    def lost(self, told: Acknowledged) -> list[str]:
        """What was acknowledged and is not there, or is there by half."""
        api, missing = self.service.api(), [f"fault: {each}" for each in told.faults]
        for name in told.users:
            try:
                api.call("AdminGetUser", signed=True, UserPoolId=self.pool, Username=name)
            except RefusedError:
                missing.append(f"user {name}")
                continue
            if [event["EventType"] for event in self.events(api, name).values()] != ["SignUp"]:
                missing.append(f"half a user {name}")
        for user in self.lanes:
            stored = self.events(api, user)
            missing += [f"event {e}" for name, e in told.sign_ins if name == user and e not in stored]
            failed = sum(event["EventResponse"] == "Fail" for event in stored.values())
            told_now = told.failures[user]
            if not told_now <= failed <= told_now + 1:
                missing.append(f"failures of {user}: {failed}, told {told_now}")
            for name, event, value in told.feedback:
                given = stored.get(event, {}).get("EventFeedback", {}).get("FeedbackValue")
                if name == user and given != value:
                    missing.append(f"feedback on {event}")
        for token in told.revoked:
            try:
                api.call(
                    "InitiateAuth",
                    ClientId=self.client,
                    AuthFlow="REFRESH_TOKEN_AUTH",
                    AuthParameters={"REFRESH_TOKEN": token},
                )
            except RefusedError:
                continue
            missing.append("a revocation")
        return missing


def event_of(token: str) -> str:
    """The event behind an access token."""
    from base64 import urlsafe_b64decode

    payload = token.split(".")[1]
    return str(json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["event_id"])


def measure(folder: Path, database: str, options: argparse.Namespace) -> dict[str, Any]:
    """So many kills of a service on one database."""
    service = Service(folder, database, options.workers if database.startswith("postgres") else 1)
    sums: Counter[str] = Counter()
    missing: list[str] = []
    starts: list[float] = []
    service.start()
    try:
        crowd = Crowd(service)
        for number in range(options.kills):
            told = crowd.round(random.uniform(0.02, options.longest))
            begun = time.monotonic()
            service.start()
            starts.append(time.monotonic() - begun)
            missing += crowd.lost(told)
            sums += Counter(
                users=len(told.users),
                sign_ins=len(told.sign_ins),
                failures=sum(told.failures.values()),
                revocations=len(told.revoked),
                feedback=len(told.feedback),
            )
            if (number + 1) % 25 == 0:
                print(f"{number + 1} kills, {dict(sums)}, lost {len(missing)}", flush=True)
    finally:
        service.kill()
    return {"acknowledged": dict(sums), "lost": missing, "start_seconds": starts}


def main() -> None:
    options = _options()
    report = Report(__doc__)
    kinds = ["sqlite", "postgresql"] if options.database == "both" else [options.database]
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        for kind in kinds:
            place = Path(folder) / kind
            place.mkdir()
            url = f"sqlite:///{place / 'riskengine.db'}"
            if kind == "postgresql":
                server = stack.enter_context(postgres.server_url(options.postgres))
                url = postgres.new_database(server, "crashes")
            figures[kind] = measure(place, url, options)
    names = ("users", "sign_ins", "failures", "revocations", "feedback")
    rows = [
        [
            kind,
            str(options.kills),
            *(f"{each['acknowledged'].get(name, 0):,}" for name in names),
            str(len(each["lost"])),
        ]
        for kind, each in figures.items()
    ]
    report.table(
        "Acknowledged before a kill -9, and looked for after the next start",
        ["database", "kills", *(name.replace("_", "-") for name in names), "lost or half"],
        rows,
    )
    for each in figures.values():
        for line in each["lost"][:20]:
            print("LOST:", line)
    if not options.brief:
        report.save("crashes", figures)
    if any(each["lost"] for each in figures.values()):
        raise SystemExit(1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="on each database")
    parser.add_argument("--longest", type=float, default=0.8, help="seconds of load before a kill, at most")
    parser.add_argument("--workers", type=int, default=2, help="processes on PostgreSQL")
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--postgres", default="", metavar="URL", help="instead of a private server")
    parser.add_argument("--brief", action="store_true", help="nothing is saved")
    return parser.parse_args()


if __name__ == "__main__":
    main()
