"""Hostile bytes over real HTTP: always a clear refusal, never a 500, never a hang."""

import gzip
import json
import socket
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from service import Service, settings_for
from structlog.testing import capture_logs
from wire_client import TARGET, get, post, raw

from riskengine import api
from riskengine.server import arrivals

CLIENT = "a" * 26
GOOD = {"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": CLIENT}
LIMIT = 50_000


async def answers(call, request):
    return api.InitiateAuthResponse()


async def lists(call, request):
    return api.ListUserPoolsResponse()


async def sleeps(call, request):
    time.sleep(0.001)  # noqa: ASYNC251 - what the guard must see
    return api.RevokeTokenResponse()


HANDLERS = {"InitiateAuth": answers, "ListUserPools": lists, "RevokeToken": sleeps}


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    with Service(settings_for(tmp_path_factory.mktemp("hostile"), body_limit=LIMIT), HANDLERS) as running:
        yield running


def request_of(*lines, body=b""):
    head = [b"POST / HTTP/1.1", b"Host: x", f"X-Amz-Target: {TARGET}InitiateAuth".encode(), *lines]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"{} trailing",
        b'{"ClientId": NaN}',
        b"\xff\xfe{}",
        b'{"ClientId": "\xc3\x28"}',
        b"\x00",
        "{}".encode("utf-16"),
        b'{"AuthParameters": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
        b'{"Unknown": ' + b'{"a":' * 8_000 + b"1" + b"}" * 8_000 + b"}",
        b'{"Unknown": ' + b"9" * 40_000 + b"}",
        gzip.compress(json.dumps(GOOD).encode(), mtime=0),
    ],
)
def test_a_body_that_is_no_json_object_is_refused(web, body):
    answer = post(web, "InitiateAuth", body)

    assert answer.status == 400
    assert answer.error in {"SerializationException", "InvalidParameterException"}


def test_a_compressed_body_is_not_inflated(web):
    bomb = gzip.compress(b" " * 50_000_000)

    answer = post(web, "InitiateAuth", bomb[:LIMIT], {"Content-Encoding": "gzip"})

    assert (answer.status, answer.error) == (400, "SerializationException")


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "InitiateAuth",
        TARGET,
        f"{TARGET}Nothing",
        f"{TARGET}initiateauth",
        f"Other.{TARGET}InitiateAuth",
        f"{TARGET}InitiateAuth, {TARGET}InitiateAuth",
        f"{TARGET}__class__",
        "x" * 4000,
    ],
)
def test_a_target_that_names_no_operation_is_refused(web, target):
    headers = {} if target is None else {"X-Amz-Target": target}

    answer = post(web, None, GOOD, headers)

    assert (answer.status, answer.error) == (400, "UnknownOperationException")


def test_a_target_sent_twice_is_refused(web):
    data = request_of(f"x-amz-target: {TARGET}RevokeToken".encode(), b"Content-Length: 2", body=b"{}")

    assert raw(web, data).error == "UnknownOperationException"


def test_an_announced_oversized_body_is_refused_unread(web):
    data = request_of(b"Content-Length: 999999999")

    answer = raw(web, data)

    assert (answer.status, answer.error) == (413, "RequestEntityTooLargeException")


def test_an_oversized_body_is_refused(web):
    answer = post(web, "InitiateAuth", b" " * (LIMIT + 1))

    assert (answer.status, answer.error) == (413, "RequestEntityTooLargeException")


def test_an_oversized_chunked_body_is_refused(web):
    chunk = b"%x\r\n" % 8000 + b" " * 8000 + b"\r\n"
    data = request_of(b"Transfer-Encoding: chunked", body=chunk * 10 + b"0\r\n\r\n")

    answer = raw(web, data)

    assert (answer.status, answer.error) == (413, "RequestEntityTooLargeException")


def test_a_body_of_just_the_limit_is_read(web):
    body = json.dumps(GOOD).encode()

    assert post(web, "InitiateAuth", body.ljust(LIMIT)).status == 200


def test_a_chunked_body_is_read(web):
    body = json.dumps(GOOD).encode()
    data = request_of(b"Transfer-Encoding: chunked", body=b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))

    assert raw(web, data).status == 200


@pytest.mark.parametrize(
    "data",
    [
        request_of(b"Content-Length: 2", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
        request_of(b"Content-Length: 2", b"Content-Length: 3", body=b"{}x"),
        request_of(b"Content-Length: -1"),
        request_of(b"Content-Length: abc"),
        request_of(b"Transfer-Encoding: chunked", body=b"zz\r\n"),
        request_of(b"X-Big: " + b"a" * 20_000, b"Content-Length: 2", body=b"{}"),
        request_of(*[b"X-%d: a" % number for number in range(5000)], b"Content-Length: 2", body=b"{}"),
        request_of(b"No colon here"),
        request_of(b"X-Nul: \x00", b"Content-Length: 2", body=b"{}"),
        b"POST /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
        b"GARBAGE\r\n\r\n",
        b"\r\n" * 10 + b"\xff\r\n\r\n",
    ],
)
def test_broken_http_is_refused(web, data):
    answer = raw(web, data)

    assert answer is None or 400 <= answer.status < 500
    assert get(web, "/health/live").status == 200


def test_a_body_that_ends_early_leaves_the_service_well(web):
    raw(web, request_of(b"Content-Length: 100", body=b"{"), is_half_closed=True)

    assert get(web, "/health/live").status == 200


def test_a_caller_who_leaves_at_once_leaves_the_service_well(web):
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", web.port)) as connection:
            connection.sendall(request_of(b"Content-Length: 2", body=b"{}"))

    assert post(web, "InitiateAuth", GOOD).status == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("PUT", "/"),
        ("DELETE", "/"),
        ("GET", "/nothing"),
        ("POST", "/nothing"),
        ("POST", "//"),
        ("GET", "/../etc/passwd"),
        ("GET", "/%00/.well-known/jwks.json"),
        ("GET", "/a%2Fb/.well-known/jwks.json"),
        ("GET", "/" + "a" * 200 + "/.well-known/jwks.json"),
        ("POST", "/health/live"),
    ],
)
def test_other_paths_are_not_found(web, method, path):
    answer = post(web, "InitiateAuth", b"", method=method, path=path)

    assert (answer.status, answer.error) == (404, "UnknownOperationException")


UNKNOWN_KEY = "Credential=AK/20260101/r/cognito-idp/aws4_request"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Basic abc",
        "AWS4-HMAC-SHA256 Credential=x",
        "AWS4-HMAC-SHA256 " + "a=b," * 1500,
        f"AWS4-HMAC-SHA256 {UNKNOWN_KEY}, SignedHeaders=host;x-amz-date;x-amz-target, Signature={'0' * 64}",
    ],
)
def test_a_broken_signature_is_refused(web, value):
    headers = {"Authorization": value, "X-Amz-Date": "20260101T000000Z"}

    answer = post(web, "ListUserPools", {"MaxResults": 1}, headers)

    assert answer.status == 400
    assert answer.error in {
        "IncompleteSignatureException",
        "UnrecognizedClientException",
        "InvalidSignatureException",
    }


NAMES = st.sampled_from(["AuthFlow", "ClientId", "AuthParameters", "UserContextData", "EncodedData", "x"])
SCALARS = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner),
    max_leaves=12,
).map(lambda value: json.dumps(value).encode())
HEADERS = (
    "Authorization",
    "X-Amz-Date",
    "X-Amz-Target",
    "Host",
    "X-Forwarded-For",
    "Cookie",
    "Content-Type",
    "Content-Encoding",
    "X-Amz-Content-Sha256",
    "X-Amz-Security-Token",
)


@given(body=st.binary(max_size=300) | JSON)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_body_makes_a_fault(web, body):
    answer = post(web, "InitiateAuth", body)

    assert answer.status in {200, 400}


@given(name=st.sampled_from(HEADERS), value=st.binary(max_size=60))
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_header_makes_a_fault(web, name, value):
    body = b'{"MaxResults": 1}'
    head = [f"X-Amz-Target: {TARGET}ListUserPools".encode()] if name != "X-Amz-Target" else []
    head += [b"Host: x"] if name != "Host" else []
    sent = b"\r\n".join([b"POST / HTTP/1.1", *head, name.encode() + b": " + value, b"Content-Length: 17"])

    answer = raw(web, sent + b"\r\n\r\n" + body, is_half_closed=True)

    assert answer is None or 400 <= answer.status < 500


def test_blocking_the_loop_does_not_go_unseen(web):
    with capture_logs() as logs:
        answer = post(web, "RevokeToken", {"Token": "t", "ClientId": CLIENT})

    assert answer.status == 500
    assert "BlockingError" in [entry.get("error") for entry in logs]


def test_the_hash_of_the_body_is_checked(web):
    id_, secret = web.key()
    client = web.boto3((id_, secret))
    client.meta.events.register(
        "before-send.*",
        lambda request, **_: setattr(request, "body", b'{"MaxResults": 2}') or None,
    )

    with pytest.raises(client.exceptions.ClientError, match="InvalidSignatureException"):
        client.list_user_pools(MaxResults=1)


def test_a_dawdling_body_is_given_up(web, monkeypatch):
    monkeypatch.setattr(arrivals, "BODY_SECONDS", 0.1)

    answer = raw(web, request_of(b"Content-Length: 100", body=b"{"))

    assert (answer.status, answer.error) == (408, "RequestTimeoutException")
