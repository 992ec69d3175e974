"""`riskengine keys`, beside a running server."""

import json
import time

import pytest

pytestmark = pytest.mark.slow


def is_accepted(server, key):
    api = server.boto3(key)
    try:
        api.list_user_pools(MaxResults=1)
    except api.exceptions.ClientError as error:
        if error.response["Error"]["Code"] == "UnrecognizedClientException":
            return False
        raise
    return True


def test_a_key_is_made_listed_and_deleted_while_the_server_runs(server):
    created = server.command("keys", "create", "--json", "--description", "for the tests")
    made = json.loads(created.stdout)
    assert (created.returncode, created.stderr) == (0, "")
    assert set(made) == {"AccessKeyId", "SecretAccessKey"}
    key = (made["AccessKeyId"], made["SecretAccessKey"])
    assert is_accepted(server, key)

    listed = server.command("keys", "list", "--json")
    assert {"for the tests", "made at the first start"} <= {
        one["Description"] for one in json.loads(listed.stdout)
    }
    assert made["AccessKeyId"] in listed.stdout
    assert made["SecretAccessKey"] not in listed.stdout
    assert server.key[1] not in listed.stdout

    deleted = server.command("keys", "delete", made["AccessKeyId"])
    assert (deleted.returncode, deleted.stderr) == (0, "")
    deadline = time.monotonic() + 2
    while is_accepted(server, key):
        assert time.monotonic() < deadline, "two seconds later the key is still good"
    assert is_accepted(server, server.key)


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
def test_a_key_that_is_not_there_is_told(server):
    ended = server.command("keys", "delete", "AKRENOBODY")

    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "Error: There is no key AKRENOBODY\n"
