"""What an operator asks of an installation: is it well, and is there a copy that works?"""

import asyncio
import json
import stat
import subprocess

import asyncpg
import pytest
from people import PASSWORD, People
from serving import Server, command

pytestmark = pytest.mark.slow


def findings(told):
    return {(each["about"], each["state"]) for each in json.loads(told.stdout)}


class TestDoctor:
    def test_a_served_database_is_sound_and_its_weak_points_are_named(self, own_server):
        told = own_server.command("doctor", "--json")

        assert told.returncode == 0, told.stderr
        found = findings(told)
        assert {("schema", "ok"), ("master key", "ok"), ("clock", "ok"), ("processes", "ok")} <= found
        assert {("smtp", "warning"), ("sms_url", "warning"), ("geography: city", "warning")} <= found
        served = next(each for each in json.loads(told.stdout) if each["about"] == "processes")
        assert served["text"] == "1 serving"

    def test_a_database_that_is_not_there_is_not_made(self, tmp_path):
        told = command(tmp_path, "doctor")

        assert told.returncode == 1
        assert "there is no file" in told.stdout
        assert list(tmp_path.iterdir()) == []

    def test_another_master_key_is_found_out(self, own_server):
        key = "ab" * 32
        told = command(
            own_server.folder, "doctor", "--json", "--database", own_server.database, secret_key=key
        )

        assert told.returncode == 1
        assert ("master key", "fault") in findings(told)

    def test_dangerous_settings_are_faults(self, own_server):
        told = command(
            own_server.folder,
            "doctor",
            "--json",
            "--database",
            own_server.database,
            host="0.0.0.0",
            insecure_dev="true",
            geo_city="nowhere.mmdb",
        )

        assert told.returncode == 1
        found = findings(told)
        assert {("insecure_dev", "fault"), ("geo_city", "fault")} <= found
        assert {("trusted_proxies", "warning"), ("issuer", "warning")} <= found

    def test_an_old_schema_is_told_and_left_alone(self, tmp_path, monkeypatch):
        (tmp_path / "old.db").touch()
        told = command(tmp_path, "doctor", "--json", "--database", "sqlite:///old.db")

        assert told.returncode == 1
        assert ("database", "fault") in findings(told)
        assert "migrate first" in told.stdout


@pytest.fixture
def sqlite_server(tmp_path):
    server = Server(tmp_path, "sqlite:///riskengine.db").start()
    yield server
    server.end()


class TestBackup:
    def test_a_copy_made_while_serving_serves_with_everything_up_to_then(self, sqlite_server, tmp_path):
        people = People(sqlite_server)
        user = people.user()
        tokens = people.sign_in(user)["AuthenticationResult"]

        made = sqlite_server.command("backup", "copy.db")
        later = people.user()

        assert made.returncode == 0, made.stderr
        assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
        assert sorted(path.name for path in tmp_path.glob("*copy*")) == ["copy.db"]
        sqlite_server.end()
        for path in tmp_path.glob("riskengine.db*"):
            if path.name != "riskengine.db.key":
                path.rename(tmp_path / f"gone-{path.name}")
        assert sqlite_server.command("restore", "copy.db").returncode == 0
        sqlite_server.start()
        assert people.events(user)[0]["EventResponse"] == "Pass"
        assert "AuthenticationResult" in people.api.initiate_auth(
            ClientId=people.client,
            AuthFlow="REFRESH_TOKEN_AUTH",
            AuthParameters={"REFRESH_TOKEN": tokens["RefreshToken"]},
        )
        assert "AuthenticationResult" in people.sign_in(user, PASSWORD)
        with pytest.raises(people.api.exceptions.UserNotFoundException):
            people.status(later)

    def test_nothing_is_overwritten(self, sqlite_server, tmp_path):
        assert sqlite_server.command("backup", "copy.db").returncode == 0
        before = (tmp_path / "copy.db").read_bytes()
        again = sqlite_server.command("backup", "copy.db")
        back = sqlite_server.command("restore", "copy.db")

        assert (again.returncode, back.returncode) == (1, 1)
        assert "is there already" in again.stderr
        assert "is there already" in back.stderr
        assert (tmp_path / "copy.db").read_bytes() == before

    @pytest.mark.parametrize("damage", [lambda data: b"no database", lambda data: data[: len(data) // 2]])
    def test_what_is_no_backup_is_refused(self, sqlite_server, tmp_path, damage):
        sqlite_server.command("backup", "copy.db")
        (tmp_path / "bad.db").write_bytes(damage((tmp_path / "copy.db").read_bytes()))
        told = command(tmp_path, "restore", "bad.db", "--database", "sqlite:///new.db")

        assert told.returncode == 1
        assert "Traceback" not in told.stderr
        assert not (tmp_path / "new.db").exists()

    def test_of_postgresql_the_right_tool_is_named(self, tmp_path):
        told = command(tmp_path, "backup", "copy.db", "--database", "postgresql://u:hunter2@h/d")

        assert told.returncode == 1
        assert "pg_dump" in told.stderr
        assert "hunter2" not in told.stderr


def test_a_dump_of_postgresql_serves_again(tmp_path, new_database, postgres_server_url):
    """pg_dump and pg_restore, as docs/running.md has them, where the client programs are installed."""
    import postgres_server

    binaries = postgres_server.installed() / "bin"
    if not (binaries / "pg_dump").exists():
        pytest.skip("this PostgreSQL comes without pg_dump")
    first, second = (new_database("postgres", tmp_path) for _ in range(2))
    server = Server(tmp_path, first).start()
    people = People(server)
    user = people.user()
    people.sign_in(user)
    dump = subprocess.run(
        [binaries / "pg_dump", "--format=custom", f"--dbname={first}"], capture_output=True, check=True
    ).stdout
    subprocess.run([binaries / "pg_restore", "--no-owner", f"--dbname={second}"], input=dump, check=True)
    server.end()
    again = Server(tmp_path, second)
    again.endpoint, again.key = server.endpoint, server.key
    again.start()

    assert "AuthenticationResult" in people.sign_in(user)
    assert len(people.events(user)) == 2
    assert ("retention", "ok") in findings(again.command("doctor", "--json"))
    months = "select c.relname, pg_get_expr(c.relpartbound, c.oid) from pg_class c where c.relispartition"
    copies = [asyncio.run(_rows(url, f"{months} and c.relkind = 'r' order by 1")) for url in (first, second)]
    assert copies[0] == copies[1]
    assert len(copies[0]) == 5
    again.end()


async def _rows(url, query):
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()
