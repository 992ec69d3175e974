"""Triggers over HTTP: what is tried again, what is not, and how each answer is read."""

import json
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trigger_server import INVOKE, Raw, TriggerServer, answering, arn, failing

from riskengine import api
from riskengine.base.clock import SystemClock
from riskengine.config import ConfigurationError, Settings
from riskengine.entities import Pool
from riskengine.triggers.answers import LONGEST_ANSWER, Reply, response_in
from riskengine.triggers.client import HttpTriggers
from riskengine.triggers.interface import TriggerCall
from riskengine.triggers.once import Once

SOURCE = "PreSignUp_SignUp"
INVALID = api.errors.InvalidLambdaResponseException
UNEXPECTED = api.errors.UnexpectedLambdaException
USERS = api.errors.UserLambdaValidationException


@pytest.fixture
def functions():
    with TriggerServer() as server:
        yield server


@pytest.fixture
async def new_triggers(functions):
    made = []

    def make(**changes):
        limit = changes.pop("limit", 5.0)
        settings = Settings(**{"lambda_endpoint": functions.url, **changes})
        made.append(HttpTriggers(settings, SystemClock(), limit=limit))
        return made[-1]

    yield make
    for triggers in made:
        await triggers.close()


def pool(**config) -> Pool:
    described = api.UserPoolType(lambda_config=api.LambdaConfigType(**config))
    return Pool(id="eu-north-1_Abc123456", created=0, modified=0, description=described)


def call(client: str = "client", name: str = "PreSignUp") -> TriggerCall:
    return TriggerCall(
        pool=pool(pre_sign_up=arn(name)),
        client=client,
        trigger="PreSignUp",
        source=SOURCE,
        username="alice",
        request={"userAttributes": {}},
        response={"autoConfirmUser": False},
    )


def counting(functions, *answers):
    """Answers one after the other; the last stays."""
    left = list(answers)

    def script(event):
        answer = left.pop(0) if len(left) > 1 else left[0]
        return answer(event)

    functions.on(SOURCE, script)


def raw(status: int, body: bytes = b"{}", **headers: str):
    return lambda _event: Raw(status, body, headers)


async def test_pool_without_the_trigger_calls_nothing(new_triggers, functions):
    """No function, no call."""
    triggers = new_triggers()
    asked = TriggerCall(pool(), "client", "PreSignUp", SOURCE, "alice", {}, {})

    assert not triggers.has(asked.pool, "PreSignUp")
    assert await triggers.call(asked) is None
    assert functions.taken == []


async def test_response_is_what_the_function_filled_in(new_triggers, functions):
    functions.on(SOURCE, answering(autoConfirmUser=True))

    assert await new_triggers().call(call()) == {"autoConfirmUser": True}
    assert functions.taken[0].headers["x-amz-invocation-type"] == "RequestResponse"
    assert functions.taken[0].event["region"] == "eu-north-1"


async def test_call_without_a_client_says_so(new_triggers, functions):
    await new_triggers().call(call(client=""))

    assert functions.events()[0]["callerContext"]["clientId"] == "CLIENT_ID_NOT_APPLICABLE"


async def test_slow_function_is_given_up_after_three_tries(new_triggers, functions):
    functions.on(SOURCE, functions.stall)

    with pytest.raises(UNEXPECTED, match=r"^PreSignUp invocation failed due to error Socket timeout"):
        await new_triggers(limit=0.1).call(call())
    assert len(functions.taken) == 3


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_passing_faults_are_tried_again(new_triggers, functions, status):
    """An endpoint that is busy or down for a moment costs another try, no more."""
    counting(functions, raw(status), raw(status), answering(autoConfirmUser=True))

    assert await new_triggers().call(call()) == {"autoConfirmUser": True}
    assert len(functions.taken) == 3


async def test_tries_of_one_event_carry_one_id(new_triggers, functions):
    """A receiver can tell a repeat from another event."""
    counting(functions, raw(503), answering())
    triggers = new_triggers(webhook_secret="a secret")
    await triggers.call(call())
    await triggers.call(call())

    first, second, other = (taken.headers["webhook-id"] for taken in functions.taken)
    assert first == second != other


@pytest.mark.parametrize("name", ["invoked", "plain"])
async def test_function_error_is_final(new_triggers, functions, name):
    """Raised by the function itself: no second try, by Invoke as by a plain URL."""
    functions.on(SOURCE, failing("no robots"))
    triggers = new_triggers(triggers=(f"{arn('plain')}={functions.url}/plain",))

    with pytest.raises(USERS, match=r"^PreSignUp failed with error no robots\.$"):
        await triggers.call(call(name=name))
    assert len(functions.taken) == 1


@pytest.mark.parametrize("status", [301, 400, 403, 404])
async def test_refusing_endpoint_is_final(new_triggers, functions, status):
    """A redirect is not followed either: the event goes nowhere but where the settings say."""
    functions.on(SOURCE, raw(status, location=f"{functions.url}/elsewhere"))

    with pytest.raises(UNEXPECTED):
        await new_triggers().call(call())
    assert len(functions.taken) == 1


async def test_refused_connection_is_unexpected(new_triggers):
    with TriggerServer() as gone:
        url = gone.url

    with pytest.raises(
        UNEXPECTED, match=r"^PreSignUp invocation failed due to error ClientConnectorError\.$"
    ):
        await new_triggers(lambda_endpoint=url).call(call())


async def test_function_without_endpoint_is_never_skipped(new_triggers):
    triggers = new_triggers(lambda_endpoint="")

    with pytest.raises(UNEXPECTED, match=r"^PreSignUp invocation failed"):
        await triggers.call(call())
    assert triggers.unreachable(call().pool) == ("PreSignUp",)


async def test_endless_answer_is_cut(new_triggers, functions):
    functions.on(SOURCE, raw(200, b'{"response": {"x": "' + b"y" * LONGEST_ANSWER + b'"}}'))

    with pytest.raises(INVALID):
        await new_triggers().call(call())


async def test_own_url_comes_before_the_invoke_endpoint(new_triggers, functions):
    triggers = new_triggers(triggers=(f"{arn('plain')}={functions.url}/mine",))
    await triggers.call(call(name="plain"))
    await triggers.call(call(name="other"))

    paths = [unquote(taken.path) for taken in functions.taken]
    assert paths == ["/mine", f"{INVOKE}{arn('other')}/invocations"]


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ({"triggers": ("http://only.example",)}, "ARN=URL"),
        ({"triggers": (f"{arn('a')}=ftp://x",)}, "ARN=URL"),
        ({"triggers": (f"{arn('a')}=http://x", f"{arn('a')}=http://y")}, "twice"),
        ({"lambda_endpoint": "localhost:3001"}, "lambda_endpoint"),
        ({"webhook_secret": "whsec_*"}, "webhook_secret"),
    ],
)
def test_bad_settings_are_told_at_the_start(members, text):
    with pytest.raises(ConfigurationError, match=text):
        HttpTriggers(Settings(**members), SystemClock())


async def test_same_event_is_called_once(new_triggers, functions):
    """However often a unit starts over; another event is another call, an error stays an error."""
    once = Once(new_triggers())
    functions.on(SOURCE, answering(autoConfirmUser=True))
    first, second = await once.call(call()), await once.call(call())
    assert first == second == {"autoConfirmUser": True}
    assert len(functions.taken) == 1

    functions.on(SOURCE, failing("no"))
    for _ in range(2):
        with pytest.raises(USERS):
            await once.call(call(client="other"))
    assert len(functions.taken) == 2


NESTED = b'{"response": {"x": ' + b"[" * 40 + b"]" * 40 + b"}}"


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"{}", b'{"response": null}', b'{"response": []}', b"\xff", NESTED, b"[" * 100_000],
)
def test_what_is_no_event_is_unrecognizable(body):
    with pytest.raises(INVALID, match=r"^Unrecognizable lambda output$"):
        response_in("PreSignUp", Reply(200, body))


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b'{"errorMessage": "m", "errorType": "T"}', "m"),
        (b'{"errorMessage": "", "errorType": "T"}', "T"),
        (b'{"errorMessage": 7}', "Unhandled"),
        (b"not json", "Unhandled"),
        (json.dumps({"errorMessage": "x" * 5000}).encode(), "x" * 1024),
    ],
)
def test_function_error_has_a_text(body, text):
    with pytest.raises(USERS) as caught:
        response_in("PreSignUp", Reply(200, body, is_function_error=True))
    assert caught.value.message == f"PreSignUp failed with error {text}."


def test_event_with_a_stray_message_is_an_event():
    """Only an error without a response, or under a bad status, is one."""
    body = b'{"errorMessage": "old", "response": {"a": 1}}'
    assert response_in("PreSignUp", Reply(200, body)) == {"a": 1}
    with pytest.raises(USERS):
        response_in("PreSignUp", Reply(500, body))


@given(
    status=st.integers(100, 599),
    body=st.one_of(
        st.binary(max_size=60),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["response", "errorMessage", "errorType", "x"]), inner)
            ),
            max_leaves=8,
        ).map(lambda value: json.dumps(value).encode()),
    ),
    is_function_error=st.booleans(),
)
def test_any_answer_is_a_response_or_one_of_three_errors(status, body, is_function_error):
    try:
        response = response_in("PreSignUp", Reply(status, body, is_function_error))
    except (INVALID, UNEXPECTED, USERS):
        return
    assert isinstance(response, dict)
    assert 200 <= status < 300
    assert not is_function_error
