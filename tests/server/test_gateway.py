"""The way of an API call, through real HTTP."""

import asyncio
import json
import threading
import uuid

import pytest
from botocore.exceptions import ClientError
from service import Service, settings_for
from structlog.testing import capture_logs
from wire_client import get, post

from riskengine import api
from riskengine.storage.errors import Conflict, NotFound, Unavailable

SENSITIVE = "hunter2-from-the-body"


async def list_user_pools(call, request):
    return api.ListUserPoolsResponse(next_token=f"{request.max_results}")


async def fails(call, request):
    raise KeyError(SENSITIVE)


async def conflicts(call, request):
    raise Conflict


async def finds_it_gone(call, request):
    raise NotFound


async def finds_no_store(call, request):
    raise Unavailable


async def refuses(call, request):
    raise api.errors.InvalidParameterException("line one\r\nX-Evil: 1 \u00e9\u4e2d" + "x" * 5000)


async def tells_reason(call, request):
    raise api.errors.InvalidParameterException("no", reason_code="BecauseOfThat")


async def echoes(call, request):
    assert {type(text) for pair in call.headers for text in pair} == {str}, "headers may be stored"
    seen = {
        "peer": str(call.peer),
        "operation": call.operation,
        "headers": json.dumps([pair for pair in call.headers if pair[0].startswith("X-Probe")]),
    }
    return api.InitiateAuthResponse(challenge_parameters=seen)


async def unmodelled(call, request):
    raise api.errors.WebAuthnNotEnabledException("not among this operation's errors")


has_begun = threading.Event()


async def slow(call, request):
    has_begun.set()
    await asyncio.sleep(0.3)
    return api.RevokeTokenResponse()


HANDLERS = {
    "ListUserPools": list_user_pools,
    "SignUp": fails,
    "UpdateUserPool": conflicts,
    "ConfirmSignUp": conflicts,
    "AdminDeleteUser": finds_it_gone,
    "ForgotPassword": finds_no_store,
    "ResendConfirmationCode": refuses,
    "ConfirmForgotPassword": tells_reason,
    "InitiateAuth": echoes,
    "UpdateAuthEventFeedback": unmodelled,
    "RevokeToken": slow,
}
CLIENT = "a" * 26
PROVE = {"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": CLIENT}
SIGN_UP = {"ClientId": CLIENT, "Username": "u", "Password": SENSITIVE}
FORGOT = {"ClientId": CLIENT, "Username": "u"}
CONFIRM = {"ClientId": CLIENT, "Username": "u", "ConfirmationCode": "123456"}
RESET = {**CONFIRM, "Password": SENSITIVE}
FEEDBACK = {
    "UserPoolId": "us-east-1_x",
    "Username": "u",
    "EventId": "e",
    "FeedbackToken": "t",
    "FeedbackValue": "Valid",
}


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    settings = settings_for(tmp_path_factory.mktemp("web"), trusted_proxies=("127.0.0.0/8",))
    with Service(settings, HANDLERS) as running:
        yield running


@pytest.fixture(scope="module")
def client(web):
    return web.boto3()


def test_a_signed_call_is_answered(client):
    answer = client.list_user_pools(MaxResults=7)

    assert answer["NextToken"] == "7"


def test_every_answer_has_the_service_s_content_type_and_an_id_of_its_own(web):
    first, second = post(web, "InitiateAuth", PROVE), post(web, "InitiateAuth", b"[")

    assert first.headers["content-type"] == "application/x-amz-json-1.1"
    assert second.headers["content-type"] == "application/x-amz-json-1.1"
    ids = {uuid.UUID(answer.headers["x-amzn-requestid"]) for answer in (first, second)}
    assert len(ids) == 2


def test_no_answer_is_kept_by_caches_or_tells_versions(web):
    headers = post(web, "InitiateAuth", PROVE).headers

    assert headers["cache-control"] == "no-store"
    assert headers["server"] == "riskengine"


def test_an_error_stands_in_body_and_headers(web):
    answer = post(web, "ListUserPools", {"MaxResults": 1})

    assert answer.status == 400
    assert answer.json == {
        "__type": "MissingAuthenticationTokenException",
        "message": "Missing Authentication Token",
    }
    assert answer.headers["x-amzn-errortype"] == "MissingAuthenticationTokenException:"
    assert answer.headers["x-amzn-errormessage"] == "Missing Authentication Token"


def test_an_error_s_message_can_t_break_its_header(web):
    answer = post(web, "ResendConfirmationCode", FORGOT)

    header = answer.headers["x-amzn-errormessage"]
    assert header.startswith("line one??X-Evil: 1 ??x")
    assert len(header) == 1024
    assert "x-evil" not in answer.headers
    assert answer.json["message"].startswith("line one\r\nX-Evil: 1 é中x")


def test_modelled_members_of_an_error_are_told(web):
    answer = post(web, "ConfirmForgotPassword", RESET)

    assert answer.json == {
        "__type": "InvalidParameterException",
        "message": "no",
        "reasonCode": "BecauseOfThat",
    }


def test_an_unforeseen_error_is_logged_but_hidden(web):
    with capture_logs() as logs:
        answer = post(web, "SignUp", SIGN_UP)

    (fault,) = [entry for entry in logs if entry["event"] == "fault"]
    assert answer.status == 500
    assert answer.error == "InternalErrorException"
    assert fault["request_id"] == answer.headers["x-amzn-requestid"]
    assert fault["error"] == "KeyError"
    assert any("test_gateway.py" in frame for frame in fault["at"])
    assert SENSITIVE not in str(logs)
    assert SENSITIVE not in answer.body.decode() + str(answer.headers)


def test_an_unmodelled_error_is_told_and_logged(web):
    with capture_logs() as logs:
        answer = post(web, "UpdateAuthEventFeedback", FEEDBACK)

    assert answer.error == "WebAuthnNotEnabledException"
    assert [entry["event"] for entry in logs if entry["log_level"] == "warning"] == ["unmodelled_error"]


def test_a_conflict_is_the_modelled_error_where_there_is_one(client):
    with pytest.raises(ClientError) as caught:
        client.update_user_pool(UserPoolId="us-east-1_x")

    assert caught.value.response["Error"]["Code"] == "ConcurrentModificationException"


def test_a_conflict_is_otherwise_an_error_that_sdks_repeat(web):
    assert post(web, "ConfirmSignUp", CONFIRM).error == "TooManyRequestsException"


def test_what_is_deleted_meanwhile_is_not_found(client):
    with pytest.raises(client.exceptions.UserNotFoundException):
        client.admin_delete_user(UserPoolId="us-east-1_x", Username="u")


def test_a_store_out_of_reach_is_an_error_that_sdks_repeat(web):
    answer = post(web, "ForgotPassword", FORGOT)

    assert (answer.status, answer.error) == (503, "InternalErrorException")


def test_what_is_not_built_says_so(client):
    with pytest.raises(client.exceptions.OperationNotEnabledException, match="CreateGroup has no meaning"):
        client.create_group(GroupName="g", UserPoolId="us-east-1_x")


def test_what_is_not_built_still_wants_a_signature(web):
    assert post(web, "CreateGroup", {}).error == "MissingAuthenticationTokenException"


def test_bad_parameters_are_told_with_all_faults(web):
    answer = post(web, "InitiateAuth", {"AuthFlow": "WHAT"})

    assert answer.error == "InvalidParameterException"
    assert answer.json["message"].startswith("2 validation errors detected: ")


def test_an_open_operation_ignores_a_signature(web):
    answer = post(web, "InitiateAuth", PROVE, {"Authorization": "AWS4-HMAC-SHA256 nonsense"})

    assert answer.status == 200


def test_the_client_s_address_comes_through_a_trusted_proxy(web):
    answer = post(web, "InitiateAuth", PROVE, {"X-Forwarded-For": "198.51.100.7, 203.0.113.9"})

    assert answer.json["ChallengeParameters"]["peer"] == "203.0.113.9"


def test_headers_reach_the_handler_in_wire_order(web):
    sent = {"X-Probe-B": "1", "X-Probe-A": "2"}

    seen = post(web, "InitiateAuth", PROVE, sent).json["ChallengeParameters"]

    assert json.loads(seen["headers"]) == [["X-Probe-B", "1"], ["X-Probe-A", "2"]]


def test_header_bytes_that_are_no_text_can_be_stored(web):
    answer = post(web, "InitiateAuth", PROVE, {"X-Probe": b"\xff\xe9"})

    assert json.loads(answer.json["ChallengeParameters"]["headers"]) == [["X-Probe", "\ufffd\ufffd"]]


@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded"]
)
def test_any_content_type_is_read_as_json(web, kind):
    assert post(web, "InitiateAuth", PROVE, {"Content-Type": kind}).status == 200


def test_a_browser_may_call_from_anywhere(web):
    asked = {
        "Origin": "https://app.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,x-amz-target",
    }

    preflight = post(web, None, b"", asked, method="OPTIONS")
    answer = post(web, "InitiateAuth", PROVE, {"Origin": "https://app.example"})

    allowed = {name.strip().lower() for name in preflight.headers["access-control-allow-headers"].split(",")}
    assert preflight.status == 200
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert {"authorization", "content-type", "x-amz-target"} <= allowed
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-expose-headers"] == (
        "x-amzn-RequestId, x-amzn-ErrorType, x-amzn-ErrorMessage"
    )


def test_errors_are_readable_by_browsers_too(web):
    assert post(web, "InitiateAuth", b"[").headers["access-control-allow-origin"] == "*"


def test_stopping_finishes_the_call_in_flight(new_service):
    running = new_service(HANDLERS)
    answers = []
    body = {"Token": "t", "ClientId": CLIENT}
    caller = threading.Thread(target=lambda: answers.append(post(running, "RevokeToken", body)))
    caller.start()
    assert has_begun.wait(10)

    running.stop()

    caller.join()
    assert [answer.status for answer in answers] == [200]


def test_an_insecure_service_takes_unsigned_operators(new_service):
    running = new_service(HANDLERS, insecure_dev=True)

    assert post(running, "ListUserPools", {"MaxResults": 3}).json == {"NextToken": "3"}


def test_metrics_count_calls_by_operation_and_outcome(web):
    def count(outcome):
        line = f'riskengine_requests_total{{operation="InitiateAuth",outcome="{outcome}"}} '
        text = get(web, "/metrics").body.decode()
        return sum(float(found.removeprefix(line)) for found in text.splitlines() if found.startswith(line))

    before = count("ok"), count("SerializationException")
    post(web, "InitiateAuth", PROVE)
    post(web, "InitiateAuth", b"[")

    assert (count("ok") - before[0], count("SerializationException") - before[1]) == (1, 1)


def test_made_up_operations_make_no_metrics_of_their_own(web):
    post(web, "NoSuchThing")

    assert b"NoSuchThing" not in get(web, "/metrics").body
