"""`riskengine serve`: what it says, where it listens, how it ends, and what it refuses to start with."""

import json
import re
import signal
import time
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from people import PASSWORD, People
from serving import command

pytestmark = pytest.mark.slow


def test_a_first_start_shows_one_key_that_works(server):
    assert server.shown_keys == [server.key]
    assert server.boto3().list_user_pools(MaxResults=1)["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_health_is_told(server):
    assert server.get("/health/live")[0] == 200
    assert server.get("/health/ready") == (200, b'{"status":"ready"}')


def test_metrics_count_calls(server):
    server.boto3().list_user_pools(MaxResults=1)

    status, text = server.get("/metrics")

    assert status == 200
    assert b'riskengine_requests_total{operation="ListUserPools",outcome="ok"}' in text


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="this system tells its sockets otherwise")
def test_listens_on_loopback_only(server):
    lines = [line.split() for name in ("tcp", "tcp6") for line in _sockets(name)]
    listening = [fields[1] for fields in lines if fields[3] == "0A"]

    assert [place for place in listening if place.endswith(f":{server.port:04X}")] == [
        f"0100007F:{server.port:04X}"
    ]


def _sockets(name):
    path = Path("/proc/net") / name
    return path.read_text().splitlines()[1:] if path.exists() else []


def test_a_signal_lets_calls_in_flight_finish_and_nothing_is_forgotten(own_server):
    people = People(own_server)
    users = [people.user() for _ in range(4)]
    # The first sign-ins of a pool wait for its signing keys to be made.
    flights = [InFlight(own_server.port, people.client, user) for user in users]
    _until_working_on(own_server, len(flights))

    own_server.process.send_signal(signal.SIGTERM)
    answers = [flight.land() for flight in flights]

    assert [status for status, _ in answers] == [200] * 4
    assert own_server.process.wait(30) == 0  # a second signal would end it at once
    assert "Traceback" not in own_server.logs
    own_server.start()
    assert own_server.shown_keys == []
    assert [people.events(user)[0]["EventResponse"] for user in users] == ["Pass"] * 4
    refreshed = people.api.initiate_auth(
        ClientId=people.client,
        AuthFlow="REFRESH_TOKEN_AUTH",
        AuthParameters={"REFRESH_TOKEN": answers[0][1]["AuthenticationResult"]["RefreshToken"]},
    )
    people.api.get_user(AccessToken=refreshed["AuthenticationResult"]["AccessToken"])


class InFlight:
    """A sign-in that was sent, and whose answer nobody has read yet."""

    def __init__(self, port: int, client: str, user: str) -> None:
        answers = {"USERNAME": user, "PASSWORD": PASSWORD}
        call = {"ClientId": client, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": answers}
        headers = {
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth",
        }
        self._connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self._connection.request("POST", "/", json.dumps(call).encode(), headers)

    def land(self):
        with closing(self._connection), self._connection.getresponse() as response:
            return response.status, json.loads(response.read())


_BEGUN = re.compile(r"^riskengine_requests_in_flight (\d+)", re.MULTILINE)
_ENDED = re.compile(
    r'^riskengine_requests_total\{operation="InitiateAuth",outcome="ok"\} (\d+)', re.MULTILINE
)


def _until_working_on(server, calls):
    """Until so many are begun; or, where the machine was quick, at an end."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        metrics = server.get("/metrics")[1].decode()
        if sum(int(found[1]) for found in (_BEGUN.search(metrics), _ENDED.search(metrics)) if found) >= calls:
            return
    raise AssertionError("the calls were not taken")


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
def test_a_taken_port_ends_in_one_line(server, tmp_path):
    ended = command(tmp_path, "serve", "--port", str(server.port))

    assert ended.returncode == 1
    assert ended.stderr.startswith(f"Error: Can't listen on 127.0.0.1:{server.port}: ")
    assert ended.stderr.count("\n") == 1
    assert ended.stdout == ""


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
@pytest.mark.parametrize("arguments", [["serve", "--port", "0"], ["keys", "create", "--json"]])
def test_another_master_key_is_refused(server, tmp_path, arguments):
    """What the database keeps sealed would be lost, and new secrets would be sealed under the wrong one."""
    ended = command(tmp_path, *arguments, "--database", server.database, secret_key="00" * 32)

    assert ended.returncode == 1
    assert ended.stderr == "Error: The master key can't be used: the database was sealed under another one\n"
    assert ended.stdout == ""


def test_a_wrong_signature_is_refused_by_name(server):
    with pytest.raises(ClientError) as caught:
        server.boto3((server.key[0], "x" * 40)).list_user_pools(MaxResults=1)

    assert caught.value.response["Error"]["Code"] == "InvalidSignatureException"
