"""CUSTOM_AUTH in its corners: built-in challenges, temporary passwords, wrong words of the functions."""

import itertools

import pytest
from botocore.exceptions import ClientError
from outbox_reader import newest_code
from people import AWAY, CHROME, FIREFOX, HOME, PASSWORD, People
from pycognito import AWSSRP
from service import Service, settings_for
from trigger_server import TriggerServer, answering, arn

pytestmark = pytest.mark.slow
NO = "Incorrect username or password."
DEFINE = "DefineAuthChallenge_Authentication"
CREATE = "CreateAuthChallenge_Authentication"
VERIFY = "VerifyAuthChallengeResponse_Authentication"
NAMES = ("DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse")
_numbers = itertools.count(10_000_000)


@pytest.fixture(scope="module")
def functions():
    with TriggerServer() as server:
        yield server


@pytest.fixture(scope="module")
def hooked(tmp_path_factory, functions):
    with Service(settings_for(tmp_path_factory.mktemp("rounds"), lambda_endpoint=functions.url)) as running:
        yield running


@pytest.fixture
def people(hooked, functions) -> People:
    functions.reset()
    people = People(hooked)
    custom(people)
    return people


def custom(people: People, names: tuple[str, ...] = NAMES, **add_ons: object) -> None:
    people.pool_with(
        LambdaConfig={name: arn(name) for name in names},
        UserPoolAddOns={"AdvancedSecurityMode": "ENFORCED", **add_ons},
    )


def script(functions, *steps: object) -> None:
    """Define says one step after the other, by how many rounds it has seen; a name is a challenge's."""

    def define(event):
        step = steps[min(len(event["request"]["session"]), len(steps) - 1)]
        said = {"challengeName": step} if isinstance(step, str) else step
        return answering(**said)(event)

    functions.on(DEFINE, define)


TOKENS = {"issueTokens": True}


def begin(people: People, user: str, **parameters: str) -> dict:
    return people.api.initiate_auth(
        ClientId=people.client, AuthFlow="CUSTOM_AUTH", AuthParameters={"USERNAME": user, **parameters}
    )


def verifier(people: People, user: str, password: str = PASSWORD) -> dict:
    """SRP first, up to what follows PASSWORD_VERIFIER."""
    helper = AWSSRP(
        username=user, password=password, pool_id=people.pool, client_id=people.client, client=people.api
    )
    begun = begin(people, user, CHALLENGE_NAME="SRP_A", SRP_A=helper.get_auth_params()["SRP_A"])
    answers = helper.process_challenge(begun["ChallengeParameters"], {"USERNAME": user})
    return people.api.respond_to_auth_challenge(
        ClientId=people.client, ChallengeName="PASSWORD_VERIFIER", ChallengeResponses=answers
    )


def temporary(people: People) -> str:
    user = people.user()
    people.api.admin_set_user_password(
        UserPoolId=people.pool, Username=user, Password=PASSWORD, Permanent=False
    )
    return user


def test_code_by_sms_may_be_a_round(people, functions):
    script(functions, "SMS_MFA", TOKENS)
    number = f"+47{next(_numbers)}"
    user = people.reachable(people.user(), phone_number=number)
    asked = begin(people, user)
    assert asked["ChallengeName"] == "SMS_MFA"
    with pytest.raises(ClientError) as caught:
        people.answer(asked, user, SMS_MFA_CODE="000000x")
    assert caught.value.response["Error"]["Code"] == "CodeMismatchException"
    answered = people.answer(asked, user, SMS_MFA_CODE=newest_code(people.service, number))
    assert "AuthenticationResult" in answered
    session = functions.events(DEFINE)[-1]["request"]["session"]
    assert session == [{"challengeName": "SMS_MFA", "challengeResult": True, "challengeMetadata": None}]


def test_app_code_may_be_a_round(people, functions):
    people.mfa("OPTIONAL")
    user = people.user()
    totp = people.register_totp(people.sign_in(user)["AuthenticationResult"]["AccessToken"])
    script(functions, "SOFTWARE_TOKEN_MFA", TOKENS)
    asked = begin(people, user)
    assert asked["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    assert "AuthenticationResult" in people.answer(asked, user, SOFTWARE_TOKEN_MFA_CODE=people.code(totp))


def test_pool_adds_no_second_factor_by_itself(people, functions):
    """The functions have asked what they want, even where the pool always wants a second factor."""
    people.mfa("OPTIONAL")
    user = people.user()
    people.register_totp(people.sign_in(user)["AuthenticationResult"]["AccessToken"])
    people.mfa("ON")
    script(functions, TOKENS)
    assert "AuthenticationResult" in begin(people, user)


def test_risk_adds_one(new_service, functions):
    """MFA_REQUIRED by risk comes after issueTokens, as after a password."""
    functions.reset()
    people = People(new_service(lambda_endpoint=functions.url))
    custom(people, AdvancedSecurityAdditionalFlows={"CustomAuthMode": "ENFORCED"})
    people.mfa("OPTIONAL")
    people.actions("MFA_REQUIRED", "MFA_REQUIRED", "MFA_REQUIRED")
    user = people.user()
    totp = people.register_totp(people.sign_in(user)["AuthenticationResult"]["AccessToken"])
    script(functions, TOKENS)
    for _ in range(12):
        people.service.clock.advance(86_400)
        people.sign_in_from(HOME, CHROME, user)
    headers = [{"headerName": "User-Agent", "headerValue": FIREFOX}]
    asked = people.api.admin_initiate_auth(
        UserPoolId=people.pool,
        ClientId=people.client,
        AuthFlow="CUSTOM_AUTH",
        AuthParameters={"USERNAME": user},
        ContextData={"IpAddress": AWAY, "ServerName": "s", "ServerPath": "/", "HttpHeaders": headers},
    )
    assert asked["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    answered = people.answer(asked, user, admin=True, SOFTWARE_TOKEN_MFA_CODE=people.code(totp))
    assert "AuthenticationResult" in answered


@pytest.mark.parametrize(
    "name", ["SMS_MFA", "SOFTWARE_TOKEN_MFA", "DEVICE_SRP_AUTH", "PASSWORD_VERIFIER", "x"]
)
def test_challenge_that_can_not_be_put_refuses(people, functions, name):
    """A factor that the user has not got, one that no function may name, a verifier without SRP_A."""
    script(functions, name)
    user = people.user()
    with pytest.raises(ClientError) as caught:
        begin(people, user)
    assert caught.value.response["Error"]["Code"] == "InvalidLambdaResponseException"
    assert people.events(user)[0]["EventResponse"] == "Fail"


@pytest.mark.parametrize("step", [TOKENS, "CUSTOM_CHALLENGE"])
def test_password_that_was_begun_is_asked(people, functions, step):
    """After SRP_A nothing but PASSWORD_VERIFIER follows, tokens least of all."""
    script(functions, TOKENS, step)
    with pytest.raises(ClientError) as caught:
        begin(people, people.user(), CHALLENGE_NAME="SRP_A", SRP_A="a" * 700)
    assert caught.value.response["Error"]["Code"] == "InvalidLambdaResponseException"


@pytest.mark.parametrize(
    "response", [{}, {"challengeName": ""}, {"issueTokens": "yes"}, {"issueTokens": None}]
)
def test_definition_that_says_nothing_refuses(people, functions, refused, response):
    functions.on(DEFINE, answering(**response))
    with refused("InvalidLambdaResponseException", "Unrecognizable lambda output"):
        begin(people, people.user())


@pytest.mark.parametrize("judged", [None, "true", 1])
def test_judgement_that_is_none_refuses(people, functions, refused, judged):
    script(functions, "CUSTOM_CHALLENGE", TOKENS)
    functions.on(VERIFY, answering(answerCorrect=judged))
    user = people.user()
    asked = begin(people, user)
    with refused("InvalidLambdaResponseException", "Unrecognizable lambda output"):
        people.answer(asked, user, ANSWER="x")


def test_failure_wins_over_tokens(people, functions, refused):
    script(functions, {"issueTokens": True, "failAuthentication": True})
    with refused("NotAuthorizedException", NO):
        begin(people, people.user())


@pytest.mark.parametrize("missing", NAMES)
def test_pool_without_one_of_the_functions_says_so(people, functions, refused, missing):
    custom(people, tuple(name for name in NAMES if name != missing))
    script(functions, "CUSTOM_CHALLENGE", TOKENS)
    user = people.user()
    with refused(
        "InvalidParameterException", "Custom auth lambda trigger is not configured for the user pool."
    ):
        people.answer(begin(people, user), user, ANSWER="x")


def test_rounds_end_whatever_define_wants(people, functions, refused):
    """A function that asks for ever is stopped after thirty rounds."""
    script(functions, "CUSTOM_CHALLENGE")
    functions.on(VERIFY, answering(answerCorrect=False))
    user = people.user()
    asked = begin(people, user)
    for _ in range(30):
        asked = people.answer(asked, user, ANSWER="x")
    with refused("NotAuthorizedException", NO):
        people.answer(asked, user, ANSWER="x")


def test_wrong_answers_are_told_in_the_event(people, functions):
    script(functions, "CUSTOM_CHALLENGE", "CUSTOM_CHALLENGE", TOKENS)

    def verify(event):
        return answering(answerCorrect=event["request"]["challengeAnswer"] == "right")(event)

    functions.on(VERIFY, verify)
    user = people.user()
    asked = people.answer(begin(people, user), user, ANSWER="wrong")
    people.answer(asked, user, ANSWER="right")
    event = people.events(user)[0]
    assert event["EventResponse"] == "Pass"
    assert [each["ChallengeResponse"] for each in event["ChallengeResponses"]] == ["Failure", "Success"]


def test_private_parameters_stay_here(people, functions):
    """Neither the client's parameters nor the session text show them."""
    script(functions, "CUSTOM_CHALLENGE", TOKENS)
    functions.on(CREATE, answering(privateChallengeParameters={"word": "sesame"}))
    assert "sesame" not in str(begin(people, people.user()))


def test_temporary_password_does_not_matter_where_none_was_used(people, functions):
    script(functions, TOKENS)
    assert "AuthenticationResult" in begin(people, temporary(people))


def test_temporary_password_that_was_used_is_replaced(people, functions):
    """The new one is asked for once the functions are content, never in place of what they ask."""
    script(functions, TOKENS, "PASSWORD_VERIFIER", "CUSTOM_CHALLENGE", TOKENS)
    functions.on(VERIFY, answering(answerCorrect=True))
    user = temporary(people)
    asked = verifier(people, user)
    assert asked["ChallengeName"] == "CUSTOM_CHALLENGE"
    asked = people.answer(asked, user, ANSWER="x")
    assert asked["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    assert "AuthenticationResult" in people.answer(asked, user, NEW_PASSWORD="An0ther-horse!")
    assert people.status(user) == "CONFIRMED"


def test_locks_of_passwords_hold_for_srp_first(people, functions, refused):
    """Guesses of the password count here as elsewhere."""
    script(functions, TOKENS, "PASSWORD_VERIFIER", TOKENS)
    user = people.user()
    for _ in range(5):
        with refused("NotAuthorizedException", NO):
            verifier(people, user, "wrong")
    with refused("NotAuthorizedException", "Password attempts exceeded"):
        verifier(people, user)


def test_nobody_is_asked_like_anybody(people, functions, refused):
    """With existence hidden, built-in challenges too are put to nobody, and answered wrongly."""
    people.client = people.new_client(PreventUserExistenceErrors="ENABLED")
    for name, key in (("SMS_MFA", "SMS_MFA_CODE"), ("SOFTWARE_TOKEN_MFA", "SOFTWARE_TOKEN_MFA_CODE")):
        script(functions, name, TOKENS)
        asked = begin(people, "nobody")
        assert asked["ChallengeName"] == name
        with pytest.raises(ClientError) as caught:
            people.answer(asked, "nobody", **{key: "123456"})
        assert caught.value.response["Error"]["Code"] == "CodeMismatchException"


def test_unknown_user_calls_nothing_where_existence_shows(people, functions, refused):
    with refused("UserNotFoundException", "User does not exist."):
        begin(people, "nobody")
    assert functions.taken == []


def test_metadata_reaches_the_trio_from_answers_only(people, functions):
    script(functions, "CUSTOM_CHALLENGE", TOKENS)
    functions.on(VERIFY, answering(answerCorrect=True))
    user = people.user()
    asked = people.api.initiate_auth(
        ClientId=people.client,
        AuthFlow="CUSTOM_AUTH",
        AuthParameters={"USERNAME": user},
        ClientMetadata={"a": "start"},
    )
    assert ["clientMetadata" in each["request"] for each in functions.events()] == [False, False]
    people.api.respond_to_auth_challenge(
        ClientId=people.client,
        ChallengeName="CUSTOM_CHALLENGE",
        Session=asked["Session"],
        ChallengeResponses={"USERNAME": user, "ANSWER": "x"},
        ClientMetadata={"a": "answer"},
    )
    told = [each["request"]["clientMetadata"] for each in functions.events()[2:]]
    assert told == [{"a": "answer"}] * 2
