"""A full or read-only disk, a database away or slow, a clock that jumps: refused meanwhile, then well."""

import asyncio
import importlib.util
import json
import os
import re
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

import asyncpg
import pytest
from botocore.exceptions import ClientError
from failing_disk import CAN_FAIL, FailingDisk
from people import AWAY, CHROME, HOME, PASSWORD, People
from serving import Server, command
from test_killed import all_events

pytestmark = pytest.mark.slow


def refusal(attempt):
    """The status of an answer."""
    try:
        answer = attempt()
    except ClientError as error:
        return error.response["ResponseMetadata"]["HTTPStatusCode"]
    return answer["ResponseMetadata"]["HTTPStatusCode"]


def eventually(check, seconds=30.0):
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.1)


def metric(server, line):
    found = [each for each in server.get("/metrics")[1].decode().splitlines() if each.startswith(line)]
    return float(found[0].rpartition(" ")[2]) if found else 0.0


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="limits of another process: Linux only")
def test_a_full_disk_refuses_what_must_be_durable_and_nothing_else(tmp_path):
    server = Server(tmp_path, "sqlite:///riskengine.db").start()
    try:
        people = People(server)
        user = people.user()
        tokens = people.sign_in(user)["AuthenticationResult"]
        # Nothing can be written into any file: the log's neither.
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))

        eventually(lambda: refusal(lambda: people.sign_in(user)) == 503)
        assert refusal(lambda: people.sign_in(user)) == 503
        # Reading goes on: tokens are verified, users are looked at.
        assert refusal(lambda: people.api.get_user(AccessToken=tokens["AccessToken"])) == 200
        assert server.get("/health/live")[0] == 200
        eventually(lambda: server.get("/health/ready")[0] == 503)
        assert metric(server, 'riskengine_troubles_total{mode="closed",stage="store"}') >= 2
        before = len(all_events(people, user))

        resource.prlimit(
            server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        )
        assert refusal(lambda: people.sign_in(user)) == 200
        eventually(lambda: server.get("/health/ready")[0] == 200)
        assert len(all_events(people, user)) == before + 1
    finally:
        server.end()


@pytest.fixture
def disk(tmp_path):
    """A disk that this test may break."""
    if not CAN_FAIL:
        pytest.skip("mounting a disk that fails takes root on Linux, and loop devices")
    disk = FailingDisk(tmp_path)
    yield disk
    disk.end()


def test_a_disk_that_turns_read_only_refuses_what_must_be_durable_until_it_is_back(tmp_path, disk):
    server = Server(tmp_path, f"sqlite:///{disk.path / 'riskengine.db'}").start()
    try:
        people = People(server)
        user = people.user()
        tokens = people.sign_in(user)["AuthenticationResult"]
        kids = server.get(f"/{people.pool}/.well-known/jwks.json")
        disk.fail()

        with pytest.raises(ClientError) as caught:
            people.sign_in(user)
        assert caught.value.response["Error"]["Code"] == "InternalErrorException"
        assert refusal(lambda: people.sign_in(user)) == 503
        assert refusal(lambda: people.api.get_user(AccessToken=tokens["AccessToken"])) == 200
        assert server.get(f"/{people.pool}/.well-known/jwks.json") == kids
        assert server.get("/health/live")[0] == 200
        eventually(lambda: server.get("/health/ready")[0] == 503)
        assert b'"writing"' in server.get("/health/ready")[1]
        assert metric(server, 'riskengine_troubles_total{mode="closed",stage="store"}') >= 2
        events = all_events(people, user)
        told = server.command("doctor", "--json")
        assert told.returncode == 1
        assert "Read-only file system" in json.loads(told.stdout)[0]["text"]

        disk.repair()
        eventually(lambda: refusal(lambda: people.sign_in(user)) == 200)
        eventually(lambda: server.get("/health/ready")[0] == 200)
        # What was answered before is on the disk that is back, and what is written there is read there.
        assert refusal(lambda: people.api.get_user(AccessToken=tokens["AccessToken"])) == 200
        assert len(all_events(people, user)) == len(events) + 1
        people.api.revoke_token(ClientId=people.client, Token=tokens["RefreshToken"])
        assert refusal(lambda: people.api.get_user(AccessToken=tokens["AccessToken"])) == 400
        assert "Traceback" not in server.logs
    finally:
        server.end()


@pytest.fixture
def read_only(tmp_path):
    """Make a folder's disk read-only for the rest of the test."""
    folder = tmp_path / "data"
    folder.mkdir()

    def turn():
        if os.geteuid() != 0:
            folder.chmod(0o500)
        else:
            subprocess.run(["mount", "--bind", folder, folder], check=True, capture_output=True)
            subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True, capture_output=True)

    yield turn
    subprocess.run(["umount", folder], check=False, capture_output=True)
    folder.chmod(0o700)


def test_a_start_on_a_read_only_disk_says_so_and_a_copy_can_still_be_made(tmp_path, read_only):
    database = f"sqlite:///{tmp_path / 'data' / 'riskengine.db'}"
    Server(tmp_path, database).start().end()
    read_only()

    for arguments in (["serve", "--port=0"], ["migrate"], ["keys", "list"]):
        told = command(tmp_path, *arguments, "--database", database)
        assert told.returncode == 1
        assert told.stderr.count("\n") == 1
        assert told.stderr.startswith(f"Error: The database can't be used: {tmp_path}/data/riskengine.db: ")
        assert re.search("Read-only file system|folder can't be written", told.stderr)
    made = command(tmp_path, "backup", str(tmp_path / "copy.db"), "--database", database)
    if os.geteuid() == 0:  # otherwise the folder is not ours, and who knows who writes there
        assert made.returncode == 0, made.stderr


def test_a_first_start_on_a_read_only_disk_says_so(tmp_path, read_only):
    read_only()

    told = command(tmp_path, "serve", "--port=0", "--database", f"sqlite:///{tmp_path}/data/riskengine.db")

    assert told.returncode == 1
    assert told.stderr.startswith("Error: The master key can't be used: master key file ")
    assert told.stderr.count("\n") == 1


@pytest.fixture
def postgres(tmp_path):
    """A PostgreSQL server that this test may stop, and a service of two processes on it."""
    path = Path(__file__).parents[2] / "benchmarks" / "postgres.py"
    spec = importlib.util.spec_from_file_location("benchmark_postgres", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["benchmark_postgres"] = module
    spec.loader.exec_module(module)
    with module.private_server() as server:
        yield server


class Signing:
    """Somebody who signs in all the time, and remembers what was answered."""

    def __init__(self, people, user):
        self.answered = 0
        self.refused = []
        self.slowest = 0.0
        self._people, self._user = people, user
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._work)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_error):
        self._end.set()
        self._thread.join()

    def _work(self):
        while not self._end.is_set():
            began = time.monotonic()
            try:
                self._people.sign_in(self._user)
                self.answered += 1
            except ClientError as error:
                self.refused.append(error.response["ResponseMetadata"]["HTTPStatusCode"])
                time.sleep(0.05)
            self.slowest = max(self.slowest, time.monotonic() - began)


def test_a_database_that_restarts_is_found_again(tmp_path, postgres):
    server = Server(tmp_path, postgres.url, workers="2").start()
    try:
        people = People(server)
        user = people.user()
        with Signing(people, user) as signing:
            eventually(lambda: signing.answered > 5)
            postgres.stop()
            eventually(lambda: len(signing.refused) > 3)
            assert server.get("/health/live")[0] == 200
            assert server.get("/health/ready")[0] == 503
            postgres.start()
            answered = signing.answered
            eventually(lambda: signing.answered > answered + 5)
        eventually(lambda: server.get("/health/ready")[0] == 200)

        assert set(signing.refused) == {503}
        assert signing.slowest < 15
        kept = sum(event["EventResponse"] == "Pass" for event in all_events(people, user))
        # One may have been written whose answer was cut off, at each refusal.
        assert signing.answered <= kept <= signing.answered + len(signing.refused)
    finally:
        server.end()


def test_a_slow_database_is_waited_for_then_reported(tmp_path, new_database):
    url = new_database("postgres", tmp_path)
    server = Server(tmp_path, url).start()
    try:
        people = People(server)
        user = people.user()

        async def blocked(seconds):
            connection = await asyncpg.connect(url)
            try:
                async with connection.transaction():
                    await connection.execute("lock table sessions in access exclusive mode")
                    await asyncio.sleep(seconds)
            finally:
                await connection.close()

        with Signing(people, user) as signing:
            eventually(lambda: signing.answered > 2)
            asyncio.run(blocked(2))
            eventually(lambda: signing.slowest > 1.5)
            assert signing.refused == []
            asyncio.run(blocked(13))
            eventually(lambda: signing.refused)
            answered = signing.answered
            eventually(lambda: signing.answered > answered + 2)

        assert set(signing.refused) == {503}
        assert signing.slowest < 13
    finally:
        server.end()


@pytest.mark.parametrize("jump", [-7200, 7200, 40 * 86_400])
def test_a_clock_that_jumps_stops_nobody(new_service, database_url, jump):
    people = People(new_service(database=database_url))
    user = people.user()
    people.habits(user, 3)
    service = people.service

    async def keep(services):
        [journal] = services.risk.shelf.journals.values()
        await services.tail.turn(services.clock.now(), asyncio.get_running_loop().time())
        return await services.risk.shelf.keep(journal, services.clock.now(), is_last=True)

    assert service.do(keep)
    service.clock.advance(jump)
    people.sign_in_from(HOME, CHROME, user)
    with pytest.raises(ClientError):
        people.sign_in_from(AWAY, CHROME, user, PASSWORD + "x")
    service.clock.advance(-jump)
    tokens = people.sign_in_from(HOME, CHROME, user)["AuthenticationResult"]

    assert service.do(keep)
    assert people.api.get_user(AccessToken=tokens["AccessToken"])["Username"] == user
    assert len(people.events(user)) == 6
