"""Customers' functions, called for real over HTTP while people sign up, in and out."""

import base64
import hashlib
import hmac

import jwt
import pytest
from botocore.exceptions import ClientError
from outbox_reader import newest_code
from people import PASSWORD, People
from service import Service, settings_for
from trigger_server import Raw, TriggerServer, answering, arn, failing

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()


@pytest.fixture(scope="module")
def functions():
    with TriggerServer() as server:
        yield server


@pytest.fixture(scope="module")
def hooked(tmp_path_factory, functions):
    """A service that invokes every ARN at the test's server, but for one that has a URL of its own."""
    folder = tmp_path_factory.mktemp("triggers")
    settings = settings_for(
        folder,
        lambda_endpoint=functions.url,
        triggers=(f"{arn('plain')}={functions.url}/plain", f"{arn('gone')}=http://127.0.0.1:9/nobody"),
        webhook_secret=SECRET,
    )
    with Service(settings) as running:
        yield running


@pytest.fixture
def people(hooked, functions) -> People:
    functions.reset()
    return People(hooked)


def hook(people: People, **triggers: object) -> None:
    settings = {name: arn(name) if value is True else value for name, value in triggers.items()}
    people.pool_with(LambdaConfig=settings, AutoVerifiedAttributes=["email"])


def sign_up(people: People, name: str, **more: object) -> dict:
    listed = [{"Name": "email", "Value": f"{name}@example.com"}]
    return people.api.sign_up(
        ClientId=people.client, Username=name, Password=PASSWORD, UserAttributes=listed, **more
    )


def claims(token: str) -> dict:
    return jwt.decode(token, options={"verify_signature": False})


def test_event_is_what_functions_expect(people, functions):
    hook(people, PreSignUp=True)
    sign_up(
        people,
        "shape",
        ValidationData=[{"Name": "captcha", "Value": "ok"}],
        ClientMetadata={"campaign": "x"},
    )
    (taken,) = functions.taken
    assert taken.path == f"/2015-03-31/functions/{arn('PreSignUp')}/invocations"
    event = taken.event
    assert (event["version"], event["triggerSource"], event["userName"]) == ("1", "PreSignUp_SignUp", "shape")
    assert (event["region"], event["userPoolId"]) == ("us-east-1", people.pool)
    assert event["callerContext"]["clientId"] == people.client
    assert event["request"]["userAttributes"]["email"] == "shape@example.com"
    assert event["request"]["validationData"] == {"captcha": "ok"}
    assert event["request"]["clientMetadata"] == {"campaign": "x"}
    assert event["response"] == {
        "autoConfirmUser": False,
        "autoVerifyEmail": False,
        "autoVerifyPhone": False,
    }


def test_calls_are_signed(people, functions):
    """By the Standard Webhooks convention, over the bytes that were sent."""
    hook(people, PreSignUp=arn("plain"))
    sign_up(people, "signed")
    (taken,) = functions.taken
    assert taken.path == "/plain"
    message = f"{taken.headers['webhook-id']}.{taken.headers['webhook-timestamp']}.".encode() + taken.body
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.digest(key, message, hashlib.sha256)).decode()
    assert taken.headers["webhook-signature"] == f"v1,{expected}"


def test_sign_up_may_be_confirmed_at_once(people, functions):
    hook(people, PreSignUp=True, PostConfirmation=True)
    functions.on("PreSignUp_SignUp", answering(autoConfirmUser=True, autoVerifyEmail=True))
    assert sign_up(people, "auto")["UserConfirmed"]
    assert "AuthenticationResult" in people.sign_in("auto")
    assert functions.sources() == ["PreSignUp_SignUp", "PostConfirmation_ConfirmSignUp"]


def test_function_that_raises_refuses(people, functions, refused):
    hook(people, PreSignUp=True, PreAuthentication=True)
    functions.on("PreSignUp_SignUp", failing("no robots"))
    with refused("UserLambdaValidationException", "PreSignUp failed with error no robots."):
        sign_up(people, "robot")
    with pytest.raises(ClientError):
        people.api.admin_get_user(UserPoolId=people.pool, Username="robot")
    user = people.user()
    functions.on("PreAuthentication_Authentication", failing("not today"))
    with refused("UserLambdaValidationException", "PreAuthentication failed with error not today."):
        people.sign_in(user)
    assert people.events(user)[0]["EventResponse"] == "Fail"


def test_unreachable_function_refuses(people):
    hook(people, PreAuthentication=arn("gone"))
    with pytest.raises(ClientError) as caught:
        people.sign_in(people.user())
    assert caught.value.response["Error"]["Code"] == "UnexpectedLambdaException"


@pytest.mark.parametrize(
    "answer",
    [
        Raw(200, b"not json"),
        Raw(200, b"[]"),
        Raw(200, b"{}"),
        Raw(200, b'{"response": {"autoConfirmUser": "maybe"}}'),
    ],
)
def test_unrecognizable_answers_refuse(people, functions, answer):
    hook(people, PreSignUp=True)
    functions.on("PreSignUp_SignUp", lambda _event: answer)
    with pytest.raises(ClientError) as caught:
        sign_up(people, "garbled")
    assert caught.value.response["Error"]["Code"] == "InvalidLambdaResponseException"


def test_messages_have_the_functions_words(people, functions):
    hook(people, CustomMessage=True)
    words = answering(emailMessage="Welcome! {####}", emailSubject="Hello")
    functions.on("CustomMessage_SignUp", words)
    sign_up(people, "worded")
    from outbox_reader import messages_to

    (_, content), *_ = messages_to(people.service, "worded@example.com")
    assert content is not None
    assert (content.body, content.subject) == (f"Welcome! {content.secret}", "Hello")
    functions.on("CustomMessage_ResendCode", answering(emailMessage="without a code"))
    with pytest.raises(ClientError) as caught:
        people.api.resend_confirmation_code(ClientId=people.client, Username="worded")
    assert caught.value.response["Error"]["Code"] == "InvalidLambdaResponseException"


def test_users_migrate_at_their_first_sign_in(people, functions, refused):
    """With the password that the old directory took; the next sign-in needs no function."""
    hook(people, UserMigration=True)

    def directory(event):
        if event["request"].get("password") != PASSWORD:
            raise RuntimeError("bad password")
        attributes = {"email": "old@example.com", "email_verified": "true"}
        return answering(userAttributes=attributes, finalUserStatus="CONFIRMED")(event)

    functions.on("UserMigration_Authentication", directory)
    with pytest.raises(ClientError):
        people.sign_in("veteran", "wrong")
    assert "AuthenticationResult" in people.sign_in("veteran")
    assert people.status("veteran") == "CONFIRMED"
    functions.reset()
    assert "AuthenticationResult" in people.sign_in("veteran")
    assert functions.sources() == []


def test_users_migrate_when_they_forgot_their_password(people, functions):
    hook(people, UserMigration=True)
    to = f"{people.pool}@example.com"
    functions.on(
        "UserMigration_ForgotPassword",
        answering(userAttributes={"email": to, "email_verified": "true"}, finalUserStatus="RESET_REQUIRED"),
    )
    people.api.forgot_password(ClientId=people.client, Username="forgetful")
    people.api.confirm_forgot_password(
        ClientId=people.client,
        Username="forgetful",
        ConfirmationCode=newest_code(people.service, to),
        Password=PASSWORD,
    )
    assert "AuthenticationResult" in people.sign_in("forgetful")


def test_tokens_say_what_the_function_adds(people, functions):
    hook(people, PreTokenGeneration=True)
    details = {
        "claimsToAddOrOverride": {"plan": "gold", "sub": "forged", "email": "x@example.com"},
        "claimsToSuppress": ["email"],
        "groupOverrideDetails": {"groupsToOverride": ["staff"]},
    }
    functions.on("TokenGeneration_Authentication", answering(claimsOverrideDetails=details))
    user = people.reachable(people.user(), email="claims@example.com")
    tokens = people.sign_in(user)["AuthenticationResult"]
    said = claims(tokens["IdToken"])
    assert (said["plan"], said["cognito:groups"]) == ("gold", ["staff"])
    assert said["sub"] != "forged"
    assert "email" not in said
    assert claims(tokens["AccessToken"])["cognito:groups"] == ["staff"]
    people.api.initiate_auth(
        ClientId=people.client,
        AuthFlow="REFRESH_TOKEN_AUTH",
        AuthParameters={"REFRESH_TOKEN": tokens["RefreshToken"]},
    )
    assert functions.sources()[-1] == "TokenGeneration_RefreshTokens"


def test_access_tokens_are_customised_by_the_second_version(people, functions):
    people.pool_with(
        LambdaConfig={"PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": arn("v2")}}
    )
    details = {
        "idTokenGeneration": {"claimsToAddOrOverride": {"level": 3}},
        "accessTokenGeneration": {
            "claimsToAddOrOverride": {"tenant": {"id": 7}},
            "scopesToAdd": ["orders/read"],
        },
    }
    functions.on("TokenGeneration_Authentication", answering(claimsAndScopeOverrideDetails=details))
    tokens = people.sign_in(people.user())["AuthenticationResult"]
    assert claims(tokens["IdToken"])["level"] == 3
    access = claims(tokens["AccessToken"])
    assert access["tenant"] == {"id": 7}
    assert set(access["scope"].split()) == {"aws.cognito.signin.user.admin", "orders/read"}


def test_function_is_told_after_the_sign_in(people, functions, refused):
    hook(people, PostAuthentication=True)
    user = people.user()
    people.sign_in(user)
    (event,) = functions.events("PostAuthentication_Authentication")
    assert event["request"]["userAttributes"]["sub"]
    functions.on("PostAuthentication_Authentication", failing("closed"))
    with refused("UserLambdaValidationException", "PostAuthentication failed with error closed."):
        people.sign_in(user)
    assert people.events(user)[0]["EventResponse"] == "Fail"


def test_customers_own_sender_gets_the_code(people, functions):
    """The courier hands the message to the function, and sends nothing itself."""
    from riskengine.jobs.deliver import deliver_due

    sender = {"LambdaVersion": "V1_0", "LambdaArn": arn("sender")}
    people.pool_with(
        LambdaConfig={"CustomEmailSender": sender, "KMSKeyID": "arn:aws:kms:us-east-1:000000000000:key/x"},
        AutoVerifiedAttributes=["email"],
    )
    sign_up(people, "sent")
    people.service.do(deliver_due)
    (event,) = functions.events("CustomEmailSender_SignUp")
    assert event["request"]["type"] == "customEmailSenderRequestV1"
    people.api.confirm_sign_up(
        ClientId=people.client, Username="sent", ConfirmationCode=event["request"]["code"]
    )
    assert people.status("sent") == "CONFIRMED"
