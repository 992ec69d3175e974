"""JavaScript clients under Node: installed once, run as one process for each library."""

import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from filelock import FileLock
from node import NPM_OPTIONS, node
from outbox_reader import newest_code
from people import PASSWORD, People
from service import Service, settings_for
from trigger_server import TriggerServer, answering, arn

FOLDER = Path(__file__).parent / "js"
TEMPORARY = "Temp0rary-horse!"


@pytest.fixture(scope="session")
def installed() -> Path:
    """The packages of the lock file; of several test processes one installs them."""
    lock = (FOLDER / "package-lock.json").read_bytes()
    stamp = FOLDER / "node_modules" / ".installed"
    with FileLock(str(FOLDER / ".install.lock")):
        if not stamp.is_file() or stamp.read_bytes() != lock:
            _, npm = node()
            subprocess.run(
                [*npm, "ci", *NPM_OPTIONS], cwd=FOLDER, check=True, capture_output=True, timeout=300
            )
            stamp.write_bytes(lock)
    return FOLDER


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A service with pools and people for every scenario, and a desk where scripts ask for codes."""
    with TriggerServer() as functions:
        settings = settings_for(tmp_path_factory.mktemp("clients"), lambda_endpoint=functions.url)
        with Service(settings) as service, _desk(service) as url:
            puzzle(functions)
            yield {"service": service, "settings": {**_pools(service), "codes": url}}


@pytest.fixture(scope="session")
def run(installed: Path, world: dict[str, Any]) -> Callable[..., dict[str, dict[str, Any]]]:
    """Runs a script; answers what it tells, by scenario."""

    def running(script: str, **more: Any) -> dict[str, dict[str, Any]]:
        settings = json.dumps({**world["settings"], **more})
        done = subprocess.run(
            [node()[0], script],
            cwd=installed,
            env={**os.environ, "SETTINGS": settings},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        return {each["name"]: each for each in told}

    return running


def puzzle(functions: TriggerServer) -> None:
    """One word has to be said; a password may come first."""

    def define(event: dict[str, Any]) -> dict[str, Any]:
        rounds = event["request"]["session"]
        last = rounds[-1] if rounds else None
        if last and last["challengeName"] == "SRP_A":
            return answering(challengeName="PASSWORD_VERIFIER")(event)
        if last and last["challengeName"] == "CUSTOM_CHALLENGE":
            is_right = last["challengeResult"]
            return answering(issueTokens=is_right, failAuthentication=not is_right)(event)
        return answering(challengeName="CUSTOM_CHALLENGE")(event)

    def verify(event: dict[str, Any]) -> dict[str, Any]:
        return answering(answerCorrect=event["request"]["challengeAnswer"] == "sesame")(event)

    functions.on("DefineAuthChallenge_Authentication", define)
    functions.on("VerifyAuthChallengeResponse_Authentication", verify)
    functions.on(
        "CreateAuthChallenge_Authentication",
        answering(publicChallengeParameters={"hint": "the word"}, privateChallengeParameters={"w": "sesame"}),
    )


def _pools(service: Service) -> dict[str, Any]:
    people = People(service)

    def made(**settings: Any) -> dict[str, str]:
        people.pool_with(**settings)
        return {"id": people.pool, "client": people.client}

    def user(name: str, **attributes: str) -> None:
        password = {"Password": PASSWORD, "Permanent": True}
        people.api.admin_create_user(UserPoolId=people.pool, Username=name, MessageAction="SUPPRESS")
        people.api.admin_set_user_password(UserPoolId=people.pool, Username=name, **password)
        if attributes:
            people.reachable(name, **attributes)

    def wishes(name: str, factor: str) -> None:
        wish = {factor: {"Enabled": True, "PreferredMfa": True}}
        people.api.admin_set_user_mfa_preference(UserPoolId=people.pool, Username=name, **wish)

    told: dict[str, Any] = {"endpoint": service.endpoint, "password": PASSWORD}
    told["pool"] = made(AutoVerifiedAttributes=["email"])
    for name in ("plain", "changer"):
        user(name)
    for name in ("forgetful", "forgetful2"):
        user(name, email=f"{name}@example.com")
    for name in ("invited", "invited2"):
        people.api.admin_create_user(
            UserPoolId=people.pool, Username=name, TemporaryPassword=TEMPORARY, MessageAction="SUPPRESS"
        )
    told["mfa"] = made()
    people.mfa("OPTIONAL", sms=True, email=True)
    user("totp")
    user("totp2")
    user("texted", phone_number="+4790000001")
    wishes("texted", "SMSMfaSettings")
    user("mailed", email="mailed@example.com")
    wishes("mailed", "EmailMfaSettings")
    told["tested"] = made(UserPoolTags={"riskengine:test-mode": "on"})
    people.mfa("OPTIONAL", sms=True, email=True)
    people.actions("NO_ACTION", "MFA_IF_CONFIGURED", "BLOCK")
    user("ann.risk-none")
    user("ted.risk-medium", phone_number="+4790000003")
    user("ann.risk-medium", email="risky@example.com")
    user("ann.risk-high", email="blocked@example.com")
    told["required"] = made()
    people.mfa("ON")
    user("bare")
    user("bare2")
    told["devices"] = made(DeviceConfiguration={"ChallengeRequiredOnNewDevice": True})
    people.mfa("OPTIONAL", sms=True)
    user("tracked", phone_number="+4790000002")
    wishes("tracked", "SMSMfaSettings")
    names = ("DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse")
    told["custom"] = made(LambdaConfig={name: arn(name) for name in names})
    user("puzzled")
    factors = ["PASSWORD", "EMAIL_OTP"]
    told["choice"] = made(Policies={"SignInPolicy": {"AllowedFirstAuthFactors": factors}})
    user("chooser", email="chooser@example.com")
    return told


class _desk:  # noqa: N801 - used as a context manager
    """Tells scripts the codes that were sent, and codes of authenticator apps."""

    def __init__(self, service: Service) -> None:
        self._steps: dict[str, int] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler(service))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __exit__(self, *_exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def _totp(self, service: Service, secret: str) -> str:
        """A code that was not used before: one step back at first, then one on each time."""
        step = self._steps.get(secret, service.clock.now() // 30_000_000 - 2) + 1
        self._steps[secret] = step
        return pyotp.TOTP(secret).at(step * 30)

    def _handler(desk, service: Service) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - the handler has a self
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
                if parts.path == "/code":
                    answer = newest_code(service, asked["to"])
                else:
                    answer = desk._totp(service, asked["secret"])
                body = answer.encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: object) -> None:
                pass

        return Handler
