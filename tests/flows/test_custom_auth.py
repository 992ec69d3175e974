"""CUSTOM_AUTH: the customer's functions define, make and judge the challenges; risk still decides."""

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from people import AWAY, CHROME, FIREFOX, HOME, PASSWORD, People
from pycognito import AWSSRP
from service import Service, settings_for
from trigger_server import TriggerServer, answering, arn

NO = "Incorrect username or password."
DEFINE = "DefineAuthChallenge_Authentication"
CREATE = "CreateAuthChallenge_Authentication"
VERIFY = "VerifyAuthChallengeResponse_Authentication"


@pytest.fixture(scope="module")
def functions():
    with TriggerServer() as server:
        yield server


@pytest.fixture(scope="module")
def hooked(tmp_path_factory, functions):
    settings_ = settings_for(tmp_path_factory.mktemp("custom"), lambda_endpoint=functions.url)
    with Service(settings_) as running:
        yield running


@pytest.fixture
def people(hooked, functions) -> People:
    """One word has to be said; three tries."""
    functions.reset()
    people = People(hooked)
    track(people)

    def define(event):
        rounds = event["request"]["session"]
        if rounds and rounds[-1]["challengeName"] == "SRP_A":
            return answering(challengeName="PASSWORD_VERIFIER")(event)
        said = [each for each in rounds if each["challengeName"] == "CUSTOM_CHALLENGE"]
        if said and said[-1]["challengeResult"]:
            return answering(issueTokens=True)(event)
        if len(said) >= 3:
            return answering(failAuthentication=True)(event)
        return answering(challengeName="CUSTOM_CHALLENGE")(event)

    def verify(event):
        word = event["request"]["privateChallengeParameters"]["word"]
        return answering(answerCorrect=event["request"]["challengeAnswer"] == word)(event)

    functions.on(DEFINE, define)
    functions.on(
        CREATE,
        answering(
            publicChallengeParameters={"hint": "the word"},
            privateChallengeParameters={"word": "sesame"},
            challengeMetadata="WORD",
        ),
    )
    functions.on(VERIFY, verify)
    return people


def track(people: People, **add_ons: object) -> None:
    names = ("DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse")
    people.pool_with(
        LambdaConfig={name: arn(name) for name in names},
        UserPoolAddOns={"AdvancedSecurityMode": "ENFORCED", **add_ons},
    )


def begin(people: People, user: str, client: str | None = None, **parameters: str) -> dict:
    return people.api.initiate_auth(
        ClientId=client or people.client,
        AuthFlow="CUSTOM_AUTH",
        AuthParameters={"USERNAME": user, **parameters},
    )


def test_right_word_gives_tokens(people, functions):
    user = people.user()
    asked = begin(people, user)
    assert asked["ChallengeName"] == "CUSTOM_CHALLENGE"
    assert asked["ChallengeParameters"] == {"hint": "the word", "USERNAME": user}
    assert "AuthenticationResult" in people.answer(asked, user, ANSWER="sesame")
    last = functions.events(DEFINE)[-1]["request"]["session"]
    assert last == [
        {"challengeName": "CUSTOM_CHALLENGE", "challengeResult": True, "challengeMetadata": "WORD"}
    ]


def test_define_says_how_often(people, refused):
    """Wrong words lock nothing; the functions end it."""
    user = people.user()
    asked = begin(people, user)
    for _ in range(2):
        asked = people.answer(asked, user, ANSWER="open")
        assert asked["ChallengeName"] == "CUSTOM_CHALLENGE"
    with refused("NotAuthorizedException", NO):
        people.answer(asked, user, ANSWER="open")
    assert people.events(user)[0]["EventResponse"] == "Fail"
    again = begin(people, user)
    assert "AuthenticationResult" in people.answer(again, user, ANSWER="sesame")


def test_session_counts_once(people, refused):
    user = people.user()
    first = begin(people, user)
    people.answer(first, user, ANSWER="open")
    with refused("NotAuthorizedException", "Invalid session for the user, session can only be used once."):
        people.answer(first, user, ANSWER="sesame")


def test_password_first(people, functions, refused):
    """SRP_A, then PASSWORD_VERIFIER, then the customer's own challenge."""
    user = people.user()

    def verifier(password: str) -> dict:
        helper = AWSSRP(
            username=user, password=password, pool_id=people.pool, client_id=people.client, client=people.api
        )
        public = helper.get_auth_params()["SRP_A"]
        begun = begin(people, user, CHALLENGE_NAME="SRP_A", SRP_A=public)
        assert begun["ChallengeName"] == "PASSWORD_VERIFIER"
        answers = helper.process_challenge(begun["ChallengeParameters"], {"USERNAME": user})
        return people.api.respond_to_auth_challenge(
            ClientId=people.client, ChallengeName="PASSWORD_VERIFIER", ChallengeResponses=answers
        )

    with refused("NotAuthorizedException", NO):
        verifier("wrong")
    asked = verifier(PASSWORD)
    assert asked["ChallengeName"] == "CUSTOM_CHALLENGE"
    names = [each["challengeName"] for each in functions.events(DEFINE)[-1]["request"]["session"]]
    assert names == ["SRP_A", "PASSWORD_VERIFIER"]
    assert "AuthenticationResult" in people.answer(asked, user, ANSWER="sesame")


def test_nobody_gets_no_tokens(people, functions, refused):
    """With existence hidden the functions run for nobody; what they say lets nobody in."""
    client = people.new_client(PreventUserExistenceErrors="ENABLED")
    asked = begin(people, "nobody", client)
    assert functions.events(DEFINE)[-1]["request"]["userNotFound"] is True
    with refused("NotAuthorizedException", NO):
        people.api.respond_to_auth_challenge(
            ClientId=client,
            ChallengeName="CUSTOM_CHALLENGE",
            Session=asked["Session"],
            ChallengeResponses={"USERNAME": "nobody", "ANSWER": "sesame"},
        )
    functions.on(DEFINE, answering(issueTokens=True))
    with refused("NotAuthorizedException", NO):
        begin(people, "nobody", client)


def test_disabled_and_unconfirmed_stay_out(people, refused):
    user = people.user()
    asked = begin(people, user)
    people.api.admin_disable_user(UserPoolId=people.pool, Username=user)
    with refused("NotAuthorizedException", "User is disabled."):
        people.answer(asked, user, ANSWER="sesame")


def test_flow_must_be_allowed(people, refused):
    client = people.new_client(ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"])
    with refused("InvalidParameterException", "CUSTOM_AUTH is not enabled for the client."):
        begin(people, people.user(), client)


def test_session_stays_short_enough(people, functions):
    """Private parameters that no session can hold are told, not cut."""
    functions.on(
        CREATE, answering(publicChallengeParameters={}, privateChallengeParameters={"x": "y" * 4000})
    )
    with pytest.raises(ClientError) as caught:
        begin(people, people.user())
    assert caught.value.response["Error"]["Code"] == "InvalidLambdaResponseException"


@pytest.mark.parametrize(("mode", "refuses"), [("ENFORCED", True), ("AUDIT", False), (None, False)])
def test_risk_decides_whatever_the_functions_say(people, functions, mode, refuses):
    """CustomAuthMode is the switch; even tokens at once do not go round it."""
    flows = {"AdvancedSecurityAdditionalFlows": {"CustomAuthMode": mode}} if mode else {}
    track(people, **flows)
    people.actions("BLOCK", "BLOCK", "BLOCK")
    functions.on(DEFINE, answering(issueTokens=True))
    user = people.user()

    def admin(address: str, agent: str, flow: str, **parameters: str) -> dict:
        return people.api.admin_initiate_auth(
            UserPoolId=people.pool,
            ClientId=people.client,
            AuthFlow=flow,
            AuthParameters={"USERNAME": user, **parameters},
            ContextData={
                "IpAddress": address,
                "ServerName": "s",
                "ServerPath": "/",
                "HttpHeaders": [{"headerName": "User-Agent", "headerValue": agent}],
            },
        )

    for _ in range(12):
        people.service.clock.advance(86_400)
        admin(HOME, CHROME, "ADMIN_USER_PASSWORD_AUTH", PASSWORD=PASSWORD)
    if refuses:
        with pytest.raises(ClientError) as caught:
            admin(AWAY, FIREFOX, "CUSTOM_AUTH")
        assert caught.value.response["Error"]["Message"] == "Unable to login because of security reasons."
    else:
        assert "AuthenticationResult" in admin(AWAY, FIREFOX, "CUSTOM_AUTH")


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    script=st.lists(st.sampled_from(["ask", "ask", "fail", "tokens"]), min_size=1, max_size=5),
    answers=st.lists(st.sampled_from(["sesame", "open", "replay"]), max_size=5),
)
def test_tokens_come_only_when_define_says_so(people, functions, script, answers):
    """Whatever is answered: tokens follow issueTokens, sessions count once, failures end it."""
    words = {"ask": {"challengeName": "CUSTOM_CHALLENGE"}, "fail": {"failAuthentication": True}}

    def define(event):
        step = script[min(len(event["request"]["session"]), len(script) - 1)]
        return answering(**words.get(step, {"issueTokens": True}))(event)

    functions.on(DEFINE, define)
    user = people.user()
    rounds, spent, current = 0, None, None
    try:
        current = begin(people, user)
        for answer in answers:
            if "AuthenticationResult" in current:
                break
            if answer == "replay" and spent is not None:
                with pytest.raises(ClientError):
                    people.answer(spent, user, ANSWER="sesame")
                continue
            spent, rounds = current, rounds + 1
            current = people.answer(current, user, ANSWER=answer)
    except ClientError:
        current = {}
    asked = script[min(rounds, len(script) - 1)]
    assert ("AuthenticationResult" in current) == (asked == "tokens")
    assert ("ChallengeName" in current) == (asked == "ask")
