"""What reaches functions in a sign-in, and what their answers reach: metadata, sources, claims, migration."""

import json

import jwt
import pytest
from botocore.exceptions import ClientError
from people import PASSWORD, People
from service import Service, settings_for
from trigger_server import Raw, TriggerServer, answering, arn, failing

pytestmark = pytest.mark.slow
NO = "Incorrect username or password."
UNRECOGNIZABLE = ("InvalidLambdaResponseException", "Unrecognizable lambda output")
DATA = {"from": "the app"}


@pytest.fixture(scope="module")
def functions():
    with TriggerServer() as server:
        yield server


@pytest.fixture(scope="module")
def hooked(tmp_path_factory, functions):
    with Service(settings_for(tmp_path_factory.mktemp("reach"), lambda_endpoint=functions.url)) as running:
        yield running


@pytest.fixture
def people(hooked, functions) -> People:
    functions.reset()
    return People(hooked)


def hook(people: People, *names: str, **more: object) -> None:
    people.pool_with(LambdaConfig={name: arn(name) for name in names}, **more)


def tokens_v2(people: People) -> None:
    config = {"LambdaVersion": "V2_0", "LambdaArn": arn("v2")}
    people.pool_with(LambdaConfig={"PreTokenGenerationConfig": config})


def claims(token: str) -> dict:
    return jwt.decode(token, options={"verify_signature": False})


def begin(people: People, user: str, password: str = PASSWORD, client: str = "", **more: object) -> dict:
    return people.api.initiate_auth(
        ClientId=client or people.client,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": user, "PASSWORD": password},
        **more,
    )


def temporary(people: People) -> str:
    user = people.user()
    people.api.admin_set_user_password(
        UserPoolId=people.pool, Username=user, Password=PASSWORD, Permanent=False
    )
    return user


def test_metadata_of_the_start_reaches_the_first_function_only(people, functions):
    """PreAuthentication is told as validationData; those after it are told nothing."""
    hook(people, "PreAuthentication", "PostAuthentication", "PreTokenGeneration")
    begin(people, people.user(), ClientMetadata=DATA)
    first, second, third = functions.events()
    assert first["request"]["validationData"] == DATA
    assert "clientMetadata" not in {**second["request"], **third["request"]}
    assert second["request"]["newDeviceUsed"] is False


def test_metadata_of_an_answer_reaches_the_last_functions(people, functions):
    hook(people, "PreAuthentication", "PostAuthentication", "PreTokenGeneration")
    user = temporary(people)
    asked = begin(people, user)
    people.api.respond_to_auth_challenge(
        ClientId=people.client,
        ChallengeName="NEW_PASSWORD_REQUIRED",
        Session=asked["Session"],
        ChallengeResponses={"USERNAME": user, "NEW_PASSWORD": "An0ther-horse!"},
        ClientMetadata=DATA,
    )
    assert functions.sources() == [
        "PreAuthentication_Authentication",
        "PostAuthentication_Authentication",
        "TokenGeneration_NewPasswordChallenge",
    ]
    assert [each["request"].get("clientMetadata") for each in functions.events()[1:]] == [DATA, DATA]


def test_users_are_told_with_all_that_is_known_as_text(people, functions):
    hook(people, "PreAuthentication")
    user = people.reachable(people.user(), email="told@example.com")
    begin(people, user)
    told = functions.events()[0]["request"]["userAttributes"]
    assert told["cognito:user_status"] == "CONFIRMED"
    assert (told["email"], told["email_verified"]) == ("told@example.com", "true")
    assert told["sub"]


def test_nobody_is_announced_only_where_existence_is_hidden(people, functions, refused):
    hook(people, "PreAuthentication")
    with refused("UserNotFoundException", "User does not exist."):
        begin(people, "nobody")
    assert functions.taken == []
    with refused("NotAuthorizedException", NO):
        begin(people, "nobody", client=people.new_client(PreventUserExistenceErrors="ENABLED"))
    (event,) = functions.events()
    assert event["request"]["userNotFound"] is True


def test_refused_sign_in_leaves_no_session(people, functions, refused):
    """A function that refuses at the last step leaves the event, and no tokens."""
    hook(people, "PreTokenGeneration")
    functions.on("TokenGeneration_Authentication", failing("no claims"))
    user = people.user()
    with refused("UserLambdaValidationException", "PreTokenGeneration failed with error no claims."):
        begin(people, user)
    assert people.events(user)[0]["EventResponse"] == "Fail"


@pytest.mark.parametrize(
    "details",
    [
        {"claimsToAddOrOverride": {"n": 7}},
        {"claimsToAddOrOverride": ["n"]},
        {"claimsToSuppress": "email"},
        {"groupOverrideDetails": {"groupsToOverride": "staff"}},
        "claims",
    ],
)
def test_claims_of_another_shape_refuse(people, functions, refused, details):
    """The first version knows strings only."""
    hook(people, "PreTokenGeneration")
    functions.on("TokenGeneration_Authentication", answering(claimsOverrideDetails=details))
    with refused(*UNRECOGNIZABLE):
        begin(people, people.user())


@pytest.mark.parametrize("scope", ["two words", 'quo"te', "", "ümlaut"])
def test_scopes_that_are_none_refuse(people, functions, refused, scope):
    """Else one scope could smuggle in another."""
    tokens_v2(people)
    details = {"accessTokenGeneration": {"scopesToAdd": [scope]}}
    functions.on("TokenGeneration_Authentication", answering(claimsAndScopeOverrideDetails=details))
    with refused(*UNRECOGNIZABLE):
        begin(people, people.user())


def test_tokens_longer_than_we_take_refuse(people, functions):
    tokens_v2(people)
    details = {"accessTokenGeneration": {"claimsToAddOrOverride": {"x": "y" * 20_000}}}
    functions.on("TokenGeneration_Authentication", answering(claimsAndScopeOverrideDetails=details))
    with pytest.raises(ClientError) as caught:
        begin(people, people.user())
    assert caught.value.response["Error"]["Code"] == "InvalidLambdaResponseException"


def test_suppressed_scope_is_gone_for_good_use(people, functions, refused):
    """Without the self-service scope the token opens no operation of the user's own."""
    tokens_v2(people)
    details = {"accessTokenGeneration": {"scopesToSuppress": ["aws.cognito.signin.user.admin"]}}
    functions.on("TokenGeneration_Authentication", answering(claimsAndScopeOverrideDetails=details))
    token = begin(people, people.user())["AuthenticationResult"]["AccessToken"]
    with refused("NotAuthorizedException", "Access Token does not have required scopes"):
        people.api.get_user(AccessToken=token)
    assert functions.events()[0]["version"] == "2"
    assert functions.events()[0]["request"]["scopes"] == ["aws.cognito.signin.user.admin"]


def test_groups_are_told_and_may_be_dropped(people, functions):
    hook(people, "PreTokenGeneration")
    user = people.user()
    role = "arn:aws:iam::123456789012:role/staff"
    people.api.create_group(UserPoolId=people.pool, GroupName="staff", RoleArn=role, Precedence=1)
    people.api.admin_add_user_to_group(UserPoolId=people.pool, Username=user, GroupName="staff")
    functions.on(
        "TokenGeneration_Authentication", answering(claimsOverrideDetails={"groupOverrideDetails": {}})
    )
    tokens = begin(people, user)["AuthenticationResult"]
    (event,) = functions.events()
    assert event["request"]["groupConfiguration"] == {
        "groupsToOverride": ["staff"],
        "iamRolesToOverride": [role],
        "preferredRole": role,
    }
    for token in (tokens["IdToken"], tokens["AccessToken"]):
        assert not [name for name in claims(token) if name in {"cognito:groups", "cognito:roles"}]


def test_a_group_that_a_function_puts_the_user_in_is_told_in_the_same_sign_in(people, functions):
    hook(people, "PreAuthentication")
    user = people.user()
    people.api.create_group(UserPoolId=people.pool, GroupName="staff")

    def join(event):
        people.api.admin_add_user_to_group(UserPoolId=people.pool, Username=user, GroupName="staff")
        return event

    functions.on("PreAuthentication_Authentication", join)

    tokens = begin(people, user)["AuthenticationResult"]
    assert claims(tokens["AccessToken"])["cognito:groups"] == ["staff"]


def test_refresh_asks_again_and_may_be_refused(people, functions, refused):
    """What was said at the sign-in is not kept: each answer holds for the tokens it was given for."""
    hook(people, "PreTokenGeneration")
    details = {"claimsToAddOrOverride": {"turn": "first"}}
    functions.on("TokenGeneration_Authentication", answering(claimsOverrideDetails=details))
    tokens = begin(people, people.user())["AuthenticationResult"]
    again = people.api.get_tokens_from_refresh_token(
        ClientId=people.client, RefreshToken=tokens["RefreshToken"], ClientMetadata=DATA
    )["AuthenticationResult"]
    assert "turn" not in claims(again["IdToken"])
    assert functions.events()[-1]["request"]["clientMetadata"] == DATA
    functions.on("TokenGeneration_RefreshTokens", failing("closed"))
    with refused("UserLambdaValidationException", "PreTokenGeneration failed with error closed."):
        people.api.get_tokens_from_refresh_token(ClientId=people.client, RefreshToken=tokens["RefreshToken"])


def test_guessing_through_the_other_directory_locks(people, functions, refused):
    """A function that says no is a wrong guess: the sixth try does not reach it."""
    hook(people, "UserMigration")
    functions.on("UserMigration_Authentication", failing("bad password"))
    for _ in range(5):
        with refused("UserLambdaValidationException", "UserMigration failed with error bad password."):
            begin(people, "veteran")
    with refused("NotAuthorizedException", "Password attempts exceeded"):
        begin(people, "veteran")
    assert len(functions.taken) == 5


def test_migrated_user_is_scored_as_one_who_exists(people, functions):
    hook(people, "UserMigration")
    attributes = {"email": "scored@example.com"}
    functions.on(
        "UserMigration_Authentication", answering(userAttributes=attributes, finalUserStatus="CONFIRMED")
    )
    begin(people, "scored", ClientMetadata=DATA)
    (event,) = functions.events()
    assert event["request"] == {"userAttributes": {}, "validationData": DATA, "password": PASSWORD}
    (stored,) = people.events("scored")
    assert stored["EventResponse"] == "Pass"


def test_migrated_user_may_have_to_reset(people, functions, refused):
    """Without a final status the old password opens nothing."""
    hook(people, "UserMigration")
    functions.on("UserMigration_Authentication", answering(userAttributes={"email": "r@example.com"}))
    with refused("PasswordResetRequiredException", "Password reset required for the user"):
        begin(people, "resetting")
    assert people.status("resetting") == "RESET_REQUIRED"


def test_choosing_a_password_migrates_too(people, functions):
    """USER_AUTH with a password; flows that send none leave the other directory alone."""
    hook(people, "UserMigration")
    functions.on(
        "UserMigration_Authentication",
        answering(userAttributes={"email": "c@example.com"}, finalUserStatus="CONFIRMED"),
    )
    parameters = {"USERNAME": "chooser", "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD}
    answer = people.api.initiate_auth(ClientId=people.client, AuthFlow="USER_AUTH", AuthParameters=parameters)
    assert "AuthenticationResult" in answer
    functions.reset()
    with pytest.raises(ClientError):
        people.api.initiate_auth(
            ClientId=people.client,
            AuthFlow="USER_SRP_AUTH",
            AuthParameters={"USERNAME": "other", "SRP_A": "a" * 700},
        )
    assert functions.taken == []


def test_alias_that_somebody_typed_becomes_an_attribute(people, functions):
    hook(people, "UserMigration", AliasAttributes=["email"])
    typed = f"{people.pool.lower()}@example.com"
    functions.on(
        "UserMigration_Authentication",
        answering(
            userAttributes={"username": "veteran", "email": typed, "email_verified": "true"},
            finalUserStatus="CONFIRMED",
        ),
    )
    access = begin(people, typed)["AuthenticationResult"]["AccessToken"]
    assert claims(access)["username"] == "veteran"
    assert "AuthenticationResult" in begin(people, typed)
    assert len(functions.taken) == 1


@pytest.mark.parametrize(
    "response",
    [{"userAttributes": {"no such": "x"}}, {"userAttributes": {"email": True}}, {"userAttributes": {}}, {}],
)
def test_users_who_can_not_be_made_are_not_half_made(people, functions, response):
    hook(people, "UserMigration")
    functions.on("UserMigration_Authentication", answering(**response))
    with pytest.raises(ClientError):
        begin(people, "halfway")
    with pytest.raises(ClientError) as caught:
        people.status("halfway")
    assert caught.value.response["Error"]["Code"] == "UserNotFoundException"


def test_functions_words_stay_out_of_the_headers(people, functions):
    """An error's text comes as the message; what a header can't carry is not put there."""
    hook(people, "PreAuthentication")
    text = "line\r\nX-Evil: 1 ☃"
    functions.on("PreAuthentication_Authentication", failing(text))
    with pytest.raises(ClientError) as caught:
        begin(people, people.user())
    response = caught.value.response
    assert response["Error"]["Message"] == f"PreAuthentication failed with error {text}."
    assert "x-evil" not in response["ResponseMetadata"]["HTTPHeaders"]


def test_error_answered_by_a_plain_status_is_the_functions(people, functions, refused):
    hook(people, "PreAuthentication")
    body = json.dumps({"errorMessage": "teapot"}).encode()
    functions.on("PreAuthentication_Authentication", lambda _event: Raw(418, body))
    with refused("UserLambdaValidationException", "PreAuthentication failed with error teapot."):
        begin(people, people.user())


def test_token_functions_must_be_one(people, refused):
    config = {
        "PreTokenGeneration": arn("a"),
        "PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": arn("b")},
    }
    text = "PreTokenGeneration and PreTokenGenerationConfig must name the same function."
    with refused("InvalidParameterException", text):
        people.api.create_user_pool(PoolName="two", LambdaConfig=config)
