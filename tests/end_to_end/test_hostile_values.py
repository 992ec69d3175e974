"""Every operation of the whole service with hostile values in every member: a typed error, never a fault."""

import json
from contextlib import closing
from http.client import HTTPConnection

import botocore.session
import pytest
from people import AWAY, PASSWORD, People
from service import Service, settings_for

pytestmark = pytest.mark.slow

OPERATIONS = botocore.session.get_session().get_service_model("cognito-idp")
HOSTILE = (
    None,
    True,
    -1,
    10**30,
    "",
    "\0",
    "\ud800",
    "x" * 70_000,
    "🤖'\"; drop table users --",
    [],
    [None],
    [["a"] * 50] * 50,
    {},
    {"\ud800": "\0", "": None, "x" * 5000: {"a": [{}]}},
)
# They change what the others are asked about.
GOES_AWAY = {"DeleteUserPool", "DeleteUserPoolClient", "AdminDeleteUser", "DeleteUser", "GlobalSignOut"}


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    settings = settings_for(tmp_path_factory.mktemp("hostile"), insecure_dev=True)
    with Service(settings) as running:
        yield People(running)


@pytest.fixture(scope="module")
def known(people):
    """Values that lead past the first checks, by the member's name."""
    user = people.user()
    tokens = people.sign_in(user)["AuthenticationResult"]
    return {
        "UserPoolId": people.pool,
        "ClientId": people.client,
        "Username": user,
        "AccessToken": tokens["AccessToken"],
        "RefreshToken": tokens["RefreshToken"],
        "Token": tokens["RefreshToken"],
        "Password": PASSWORD,
        "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": user, "PASSWORD": PASSWORD},
        "ChallengeName": "SOFTWARE_TOKEN_MFA",
        "ChallengeResponses": {"USERNAME": user, "SOFTWARE_TOKEN_MFA_CODE": "123456"},
        "ContextData": {"IpAddress": AWAY, "ServerName": "", "ServerPath": "", "HttpHeaders": []},
        "ResourceArn": f"arn:aws:cognito-idp:us-east-1:000000000000:userpool/{people.pool}",
    }


def sample(shape, known, name, depth=0):
    """A value of the shape that its own words allow."""
    if name in known:
        return known[name]
    if depth > 4:
        return None
    match shape.type_name:
        case "structure":
            wanted = {member: shape.members[member] for member in shape.required_members}
            return {member: sample(inner, known, member, depth + 1) for member, inner in wanted.items()}
        case "list":
            return [sample(shape.member, known, "", depth + 1)]
        case "map":
            return {"name": "value"}
        case "boolean":
            return True
        case "integer" | "long" | "double" | "float" | "timestamp":
            return 1
        case _:
            return shape.enum[0] if shape.enum else "1" * max(1, shape.metadata.get("min", 1))


class Caller:
    """One connection, opened anew where the service closed it."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=30)

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        self._connection.close()

    def call(self, operation, body):
        headers = {"X-Amz-Target": f"AWSCognitoIdentityProviderService.{operation}"}
        self._connection.request("POST", "/", json.dumps(body), headers)
        response = self._connection.getresponse()
        return response.status, json.loads(response.read() or b"{}")


def nested(shape, depth=0):
    """Every place in a request, as a path of member names."""
    for name, inner in shape.members.items():
        yield (name,)
        if inner.type_name == "structure" and depth < 2:
            for path in nested(inner, depth + 1):
                yield (name, *path)


def with_value(body, path, value):
    changed = dict(body)
    if len(path) == 1:
        changed[path[0]] = value
    else:
        inner = body.get(path[0])
        changed[path[0]] = with_value(inner if isinstance(inner, dict) else {}, path[1:], value)
    return changed


@pytest.mark.parametrize("operation", sorted(set(OPERATIONS.operation_names) - GOES_AWAY))
def test_no_value_anywhere_makes_a_fault(people, known, operation):
    shape = OPERATIONS.operation_model(operation).input_shape
    body = sample(shape, known, "")
    with Caller(people.service.port) as caller:
        for path in nested(shape):
            for value in HOSTILE:
                status, answer = caller.call(operation, with_value(body, path, value))
                assert status in {200, 400}, (path, str(value)[:40], answer)
                assert status == 200 or answer["__type"].endswith("Exception")


def test_hostile_headers_are_no_fault_and_lose_no_event(people):
    own = People(people.service)
    user = own.user()
    odd = [("User-Agent", "\xff" * 1000), *[(f"X-{number}", "y" * 50) for number in range(60)]]
    odd += [("Accept-Language", ",;=q" * 500), ("Sec-CH-UA", '"' * 500)]
    odd += [("X-Forwarded-For", "1.1.1.1," * 500)]
    call = {"ClientId": own.client, "AuthFlow": "USER_PASSWORD_AUTH"}
    call["AuthParameters"] = {"USERNAME": user, "PASSWORD": PASSWORD}
    call["UserContextData"] = {"EncodedData": "e" * 9000, "IpAddress": "999.999.999.999"}
    content = json.dumps(call).encode()
    with closing(HTTPConnection("127.0.0.1", own.service.port, timeout=30)) as connection:
        connection.putrequest("POST", "/")
        connection.putheader("X-Amz-Target", "AWSCognitoIdentityProviderService.InitiateAuth")
        connection.putheader("Content-Length", str(len(content)))
        for name, value in odd:
            connection.putheader(name, value.encode("latin-1"))
        connection.endheaders(content)
        response = connection.getresponse()
        answer = json.loads(response.read())

    assert response.status == 200, answer
    assert [event["EventResponse"] for event in own.events(user)] == ["Pass"]


@pytest.mark.parametrize("entry", ["10.0.0.0/33", "10.0.0/8", "::/129", "everybody", "10.0.0.1-10.0.0.9", ""])
@pytest.mark.parametrize("name", ["BlockedIPRangeList", "SkippedIPRangeList"])
def test_a_range_that_is_none_is_named(people, name, entry):
    errors = people.api.exceptions
    with pytest.raises(errors.InvalidParameterException) as caught:
        people.api.set_risk_configuration(
            UserPoolId=people.pool, RiskExceptionConfiguration={name: ["192.0.2.0/24", entry]}
        )

    assert name.casefold() in caught.value.response["Error"]["Message"].casefold()
