"""`riskengine explain` and `riskengine learn`, beside a running server."""

import json
import re

import jwt
import pytest

PASSWORD = "Corr3ct-horse!"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def signed_in(server):
    """A pool with one sign-in, and the id of its event."""
    api = server.boto3()
    add_ons = {"AdvancedSecurityMode": "ENFORCED"}
    pool = api.create_user_pool(PoolName="explained", UserPoolAddOns=add_ons)["UserPool"]["Id"]
    client = api.create_user_pool_client(
        UserPoolId=pool, ClientName="app", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    api.admin_create_user(UserPoolId=pool, Username="anna", MessageAction="SUPPRESS")
    api.admin_set_user_password(UserPoolId=pool, Username="anna", Password=PASSWORD, Permanent=True)
    tokens = api.initiate_auth(
        ClientId=client,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "anna", "PASSWORD": PASSWORD},
    )["AuthenticationResult"]
    claims = jwt.decode(tokens["AccessToken"], options={"verify_signature": False})
    return pool, claims["event_id"]


def test_an_event_is_explained_by_its_id_alone(server, signed_in):
    pool, event = signed_in
    told = server.command("explain", event, "--json")
    found = json.loads(told.stdout)

    assert told.returncode == 0, told.stderr
    assert (found["EventId"], found["UserPoolId"], found["EventResponse"]) == (event, pool, "Pass")
    assert sum(reason["Points"] for reason in found["RiskReasons"]) == found["RiskScore"]
    assert {reason["Sign"] for reason in found["RiskReasons"]} <= {"POSITIVE", "NEGATIVE", "UNKNOWN"}


def test_its_points_are_shown_with_their_sum(server, signed_in):
    pool, event = signed_in
    told = server.command("explain", event, "--pool", pool, "--user", "anna")
    points = [int(each) for each in re.findall(r"^ *([+-]\d+) ", told.stdout, re.MULTILINE)]

    assert told.returncode == 0, told.stderr
    assert sum(points[:-1]) == points[-1]
    assert "risk (Low from" in told.stdout


def test_an_event_that_never_was_is_told(server, signed_in):
    pool, _ = signed_in
    for arguments in (("nothing",), ("nothing", "--pool", pool, "--user", "anna")):
        ended = server.command("explain", *arguments)

        assert (ended.returncode, ended.stderr) == (1, "Error: There is no event nothing\n")


def test_without_verdicts_nothing_is_learned(server, signed_in):
    pool, _ = signed_in
    told = server.command("learn", "now", "--pool", pool, "--json")
    listed = server.command("learn", "list", "--pool", pool, "--json")
    ended = server.command("learn", "rollback", "--pool", pool, "7")

    assert json.loads(told.stdout) == {"promoted": False, "reason": "too few verdicts"}
    assert json.loads(listed.stdout)["versions"] == []
    assert ended.stderr == f"Error: There is no version 7 of pool {pool}\n"
