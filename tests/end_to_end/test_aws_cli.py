"""The AWS command line, given nothing but an endpoint and a key."""

import json
import subprocess
import sys

import pytest
from people import FLOWS, PASSWORD
from serving import REGION, environment

pytestmark = pytest.mark.slow


@pytest.fixture
def aws(server, tmp_path):
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION", "AWS_CONFIG_FILE")
    keys = dict(zip(names, (*server.key, REGION, str(tmp_path / "none")), strict=True))

    def call(operation, *arguments):
        program = [sys.executable, "-m", "awscli", "--endpoint-url", server.endpoint, "--output", "json"]
        ended = subprocess.run(
            [*program, "cognito-idp", operation, *arguments],
            env={**environment(), **keys},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout or "null")

    return call


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
def test_from_a_new_pool_to_the_events_of_a_sign_in(aws):
    made = aws(
        "create-user-pool", "--pool-name", "cli", "--user-pool-add-ons", "AdvancedSecurityMode=ENFORCED"
    )
    pool = ["--user-pool-id", made["UserPool"]["Id"]]
    made = aws("create-user-pool-client", *pool, "--client-name", "app", "--explicit-auth-flows", *FLOWS)
    client = made["UserPoolClient"]["ClientId"]
    user = aws("admin-create-user", *pool, "--username", "ada", "--message-action", "SUPPRESS")["User"]
    aws("admin-set-user-password", *pool, "--username", "ada", "--password", PASSWORD, "--permanent")

    tokens = aws(
        "initiate-auth",
        *("--client-id", client, "--auth-flow", "USER_PASSWORD_AUTH"),
        *("--auth-parameters", f"USERNAME=ada,PASSWORD={PASSWORD}"),
    )["AuthenticationResult"]
    events = aws("admin-list-user-auth-events", *pool, "--username", "ada")["AuthEvents"]

    assert user["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    assert set(tokens) == {"AccessToken", "IdToken", "RefreshToken", "ExpiresIn", "TokenType"}
    assert [(event["EventType"], event["EventResponse"]) for event in events] == [("SignIn", "Pass")]
