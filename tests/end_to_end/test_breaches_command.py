"""`riskengine breaches` as operators run it, beside a service that goes on."""

import gzip
import hashlib
import json
import signal
import subprocess
import sys
import time

import pytest
from people import FLOWS
from serving import PATIENCE, Server, command, environment

from riskengine.breaches.part import read_checkpoint

pytestmark = pytest.mark.slow

LEAKED = "Leaked-otter-4711"


def text(many: int) -> bytes:
    """A list of so many hashes, one of them a password's."""
    made = (hashlib.sha1(b"%d" % number).hexdigest() for number in range(many - 1))
    hexes = sorted([*made, hashlib.sha1(LEAKED.encode()).hexdigest()])
    return "".join(f"{digest.upper()}:{digest.count('0') + 1}\r\n" for digest in hexes).encode()


class TestImport:
    def test_a_list_and_what_it_tells_of_itself(self, tmp_path):
        (tmp_path / "pwned.txt.gz").write_bytes(gzip.compress(text(2000)))
        assert json.loads(command(tmp_path, "breaches", "status", "--json").stdout)["list"] is None

        done = command(tmp_path, "breaches", "import", "pwned.txt.gz", "--json", "--exact")
        status = json.loads(command(tmp_path, "breaches", "status", "--json").stdout)

        assert (done.returncode, done.stderr) == (0, "")
        told = json.loads(done.stdout)
        assert (told["lines"], told["entries"], told["kind"], told["exact"]) == (2000, 2000, "SHA-1", True)
        assert status["list"] == {
            name: told[name] for name in told if name not in {"lines", "resumed_at_line"}
        }
        assert status["common"]["entries"] > 50_000
        assert (status["import"], status["api"]) == (None, None)
        words = command(tmp_path, "breaches", "status").stdout
        assert "entries: 2,000" in words
        assert "source: pwned.txt.gz" in words

    def test_the_api_is_told_without_what_its_address_may_hide(self, tmp_path):
        done = command(
            tmp_path, "breaches", "status", breaches_api="https://user:hunter2@api.example.com/v/token"
        )

        assert "host: api.example.com" in done.stdout
        assert "failure: allow" in done.stdout
        assert "hunter2" not in done.stdout
        assert "token" not in done.stdout

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"password\n", "line 1: there is no SHA-1 or NTLM hash"),
            (text(50) + b"rubbish\n", "line 51: this is not HEX:COUNT"),
            (text(50) + text(50), "line 51: out of order: import the list that is ordered by hash"),
            (gzip.compress(text(5000))[:-9000], "damaged or cut short"),
        ],
    )
    def test_what_is_wrong_is_told_in_one_line(self, tmp_path, content, words):
        (tmp_path / "bad").write_bytes(content)

        done = command(tmp_path, "breaches", "import", "bad")

        assert done.returncode == 1
        assert done.stdout == ""
        assert words in done.stderr
        assert done.stderr.count("\n") == 1
        assert [path.name for path in tmp_path.iterdir()] == ["bad"]

    def test_a_killed_import_goes_on_and_gives_the_same_list(self, tmp_path):
        """kill -9 as often as it takes; what the disk keeps is enough."""
        (tmp_path / "pwned.txt").write_bytes(lines := _many_lines())
        command(tmp_path, "breaches", "import", "pwned.txt", breaches_file="whole")
        whole = (tmp_path / "whole").read_bytes()[4096:]

        kills = 0
        while kills < 2:
            reached = read_checkpoint(tmp_path / "killed")
            if not self._killed(tmp_path, reached.lines if reached else 0):
                break
            kills += 1
        done = command(tmp_path, "breaches", "import", "pwned.txt", "--json", breaches_file="killed")

        assert kills >= 1
        told = json.loads(done.stdout)
        assert told["resumed_at_line"] > 1_000_000
        assert told["lines"] == lines.count(b"\n")
        assert (tmp_path / "killed").read_bytes()[4096:] == whole

    def _killed(self, folder, reached: int) -> bool:
        """Whether an import was killed after its next checkpoint, rather than done."""
        process = subprocess.Popen(
            [sys.executable, "-m", "riskengine", "breaches", "import", "pwned.txt"],
            cwd=folder,
            env=environment(breaches_file="killed"),
            stdout=subprocess.DEVNULL,
        )
        while process.poll() is None:
            found = read_checkpoint(folder / "killed")
            if found is not None and found.lines > reached:
                process.send_signal(signal.SIGKILL)
                return process.wait(PATIENCE) == -signal.SIGKILL
            time.sleep(0.002)
        return False


def _many_lines() -> bytes:
    """Four million lines, ascending: two checkpoints."""
    import numpy as np

    steps = np.random.default_rng(7).integers(1, 2**62 // 4_000_000 * 8, 4_000_000, dtype=np.uint64)
    keys = np.cumsum(steps, dtype=np.uint64)
    ends = b"0" * 24 + b":3\n"
    digits = keys.astype(">u8").tobytes().hex().upper().encode()
    rows = np.empty((len(keys), 16 + len(ends)), np.uint8)
    rows[:, :16] = np.frombuffer(digits, np.uint8).reshape(-1, 16)
    rows[:, 16:] = np.frombuffer(ends, np.uint8)
    return rows.tobytes()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_lists_hold_in_a_service_that_runs(kind, new_database, tmp_path):
    """A pool's own list within a second, an imported one within the ten that files are looked at."""
    (tmp_path / "pwned.txt").write_bytes(text(2000))
    (tmp_path / "own.txt").write_text("\ufeffAcme-corp-r0cks\n\nsecond word\r\n")
    server = Server(tmp_path, new_database(kind, tmp_path), breaches_file=str(tmp_path / "list")).start()
    try:
        api = server.boto3()
        pool = api.create_user_pool(PoolName="acme", UserPoolAddOns={"AdvancedSecurityMode": "ENFORCED"})[
            "UserPool"
        ]["Id"]
        client = api.create_user_pool_client(UserPoolId=pool, ClientName="app", ExplicitAuthFlows=FLOWS)[
            "UserPoolClient"
        ]["ClientId"]
        number = iter(range(10_000))

        def takes(password: str) -> bool:
            try:
                api.sign_up(ClientId=client, Username=f"user{next(number)}", Password=password)
            except api.exceptions.InvalidPasswordException:
                return False
            return True

        assert takes("Acme-corp-r0cks!")
        added = server.command("breaches", "pool", "add", pool, "own.txt")
        assert added.stdout == f"2 passwords added to the list of {pool}\n", added.stderr
        assert not takes("Acme-Corp-R0cks!")
        listed = json.loads(server.command("breaches", "pool", "list", "--json").stdout)
        assert [(each["pool"], each["entries"]) for each in listed] == [(pool, 2)]
        server.command("breaches", "pool", "clear", pool)
        assert takes("Acme-corp-r0cks!")
        assert "does not exist" in server.command("breaches", "pool", "add", "nobody", "own.txt").stderr

        assert takes(LEAKED)
        assert server.command("breaches", "import", "pwned.txt").returncode == 0
        deadline = time.monotonic() + 30
        while takes(LEAKED):
            assert time.monotonic() < deadline
            time.sleep(0.5)
        assert b"riskengine_breach_list_entries 2000.0" in server.get("/metrics")[1]
        for secret in (LEAKED, "Acme-corp-r0cks", hashlib.sha1(LEAKED.encode()).hexdigest()[:10]):
            assert secret not in server.logs
            assert secret.upper() not in server.logs
    finally:
        server.end()
