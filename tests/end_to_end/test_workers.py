"""`serve --workers N`: one port, one life, one sum of figures; on PostgreSQL."""

import os
import re
import signal
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path

import pytest
from botocore.exceptions import BotoCoreError
from people import PASSWORD, People
from serving import Server, command
from test_killed import all_events
from test_serve_command import InFlight
from trigger_server import TriggerServer, arn

from riskengine.server.run import GRACE

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are told by /proc here"),
]


@pytest.fixture
def workers(tmp_path, new_database):
    """A server of two workers."""
    server = Server(tmp_path, new_database("postgres", tmp_path), workers="2").start()
    yield server
    server.end()


def children(process):
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == process and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def eventually(check, seconds=30.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = check()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError("it never came true")


def is_gone(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def counted(server, line):
    status, text = server.get("/metrics")
    assert status == 200
    found = re.search(rf"^{re.escape(line)} (\S+)$", text.decode(), re.MULTILINE)
    return float(found[1]) if found else 0.0


CALLS = 'riskengine_requests_total{operation="ListUserPools",outcome="ok"}'


def call(server, times):
    for _ in range(times):
        server.boto3().list_user_pools(MaxResults=1)  # a connection of its own


def test_two_processes_answer_with_one_sum(workers):
    assert len(children(workers.process.pid)) == 2
    assert workers.output.count("answers at") == 1
    call(workers, 12)
    time.sleep(1.3)

    for _ in range(8):  # whoever answers
        assert counted(workers, CALLS) == 12
        assert workers.get("/health/ready")[0] == 200
    assert counted(workers, "riskengine_requests_in_flight") == 0


def test_a_dead_worker_is_replaced_and_its_counts_stay(workers):
    call(workers, 10)
    time.sleep(1.3)
    before = set(children(workers.process.pid))
    killed = min(before)
    os.kill(killed, signal.SIGKILL)

    def replaced():
        found = set(children(workers.process.pid))
        return found if len(found) == 2 and killed not in found else None

    after = eventually(replaced)
    assert len(after & before) == 1
    eventually(lambda: workers.get("/health/ready")[0] == 200)
    assert counted(workers, CALLS) == 10
    assert "worker_ended" in workers.logs


def test_a_signal_ends_all_of_them(workers):
    processes = children(workers.process.pid)

    assert workers.end() == 0
    assert all(is_gone(process) for process in processes)


def test_workers_do_not_outlive_their_supervisor(workers):
    processes = children(workers.process.pid)
    workers.end(signal.SIGKILL)

    eventually(lambda: all(is_gone(process) for process in processes))


def test_what_one_worker_saw_the_others_count_within_a_second(workers):
    """Stuffing over many connections: any worker scores with all of it."""
    people = People(workers)
    user = people.user()
    api, address = people.api, "41.58.1.1"
    for number in range(20):
        people.api = workers.boto3()
        with pytest.raises(people.api.exceptions.UserNotFoundException):
            people.sign_in_from(address, "stuffer/1.0", f"name{number}", f"Wr0ng-pass!{number}")
    time.sleep(1.0)
    scores = set()
    for _ in range(6):
        people.api = workers.boto3()
        people.sign_in_from(address, "stuffer/1.0", user)
        people.api = api
        scores.add(people.events(user)[0]["EventRisk"].get("RiskLevel"))

    assert scores <= {"Medium", "High"}


class Crowd:
    """People who sign in one after the other, each on a new connection, until nobody answers any more."""

    def __init__(self, people, size):
        self.people = people
        self.users = [people.user() for _ in range(size)]
        self.answered = Counter()
        self.statuses = Counter()
        self._threads = [threading.Thread(target=self._sign_in, args=(user,)) for user in self.users]

    def start(self):
        for thread in self._threads:
            thread.start()

    def join(self):
        for thread in self._threads:
            thread.join(60)

    def _sign_in(self, user):
        while True:
            try:
                status, _ = InFlight(self.people.service.port, self.people.client, user).land()
            except (OSError, HTTPException):
                return  # not taken: refused, or still waiting to be
            self.statuses[status] += 1
            self.answered[user] += status == 200


def test_whatever_was_taken_under_load_is_answered_before_the_workers_end(workers):
    people = People(workers)
    crowd = Crowd(people, 8)
    crowd.start()
    eventually(lambda: crowd.answered.total() > 60)
    began = time.monotonic()

    assert workers.end() == 0

    assert time.monotonic() - began < GRACE + 5
    crowd.join()
    workers.start()
    kept = {user: len(all_events(people, user)) for user in crowd.users}
    assert set(crowd.statuses) == {200}
    assert kept == dict(crowd.answered)


@pytest.fixture
def stalled():
    """A customer's function that answers nothing for longer than anybody waits."""
    with TriggerServer() as functions:
        functions.on("PreSignUp_SignUp", functions.stall)
        yield functions


@pytest.mark.parametrize("kind", ["alone", "together"])
def test_a_second_signal_ends_at_once(tmp_path, new_database, stalled, kind):
    database = new_database({"alone": "sqlite", "together": "postgres"}[kind], tmp_path)
    workers = {"alone": "1", "together": "2"}[kind]
    server = Server(tmp_path, database, workers=workers, triggers=f"{arn('slow')}={stalled.url}").start()
    people = People(server)
    people.pool_with(LambdaConfig={"PreSignUp": arn("slow")})
    with ThreadPoolExecutor(1) as caller:
        call = caller.submit(
            people.api.sign_up, ClientId=people.new_client(), Username="slow", Password=PASSWORD
        )
        eventually(lambda: stalled.taken)
        processes = children(server.process.pid)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(1)
        assert server.process.poll() is None  # it waits for the call

        server.process.send_signal(signal.SIGTERM)
        server.process.wait(3)

        assert all(is_gone(process) for process in processes)
        with pytest.raises(BotoCoreError):
            call.result()


def test_nothing_is_cut_off_while_workers_end(workers):
    people = People(workers)
    user = people.user()
    answered = 0
    for number in range(500):
        if number == 20:
            workers.process.send_signal(signal.SIGTERM)
        try:
            people.sign_in(user)
        except (BotoCoreError, OSError):
            break
        answered += 1
    assert workers.process.wait(30) == 0
    workers.start()

    assert 20 <= answered < 500
    assert answered <= len(all_events(people, user)) <= answered + 1


def test_sqlite_is_served_by_one_process(tmp_path):
    refused = command(tmp_path, "serve", "--workers", "2", "--port", "0")

    assert refused.returncode == 1
    assert "SQLite" in refused.stderr
    assert "PostgreSQL" in refused.stderr


@pytest.mark.parametrize("count", ["0", "-1", "257"])
def test_a_senseless_number_is_refused(tmp_path, count):
    refused = command(tmp_path, "serve", "--workers", count, "--port", "0")

    assert refused.returncode == 1
    assert "workers" in refused.stderr


def test_a_taken_port_is_told(tmp_path, workers):
    refused = command(
        tmp_path, "serve", "--workers", "2", f"--port={workers.port}", "--database", workers.database
    )

    assert refused.returncode == 1
    assert "Can't listen" in refused.stderr
