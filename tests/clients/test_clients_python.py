"""pycognito and PyJWT as published, against a running service."""

import jwt
import pytest
from outbox_reader import newest_code
from people import PASSWORD, People
from pycognito import AWSSRP, Cognito
from pycognito.exceptions import (
    ForceChangePasswordException,
    SMSMFAChallengeException,
    SoftwareTokenMFAChallengeException,
)
from service import Service, settings_for

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with Service(settings_for(tmp_path_factory.mktemp("python"))) as running:
        yield running


@pytest.fixture
def people(service) -> People:
    return People(service)


@pytest.fixture
def cognito(people, monkeypatch):
    """A maker of pycognito's own client, verifying tokens by the issuer's published keys."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")

    def make(user: str, **options: str) -> Cognito:
        return Cognito(
            people.pool,
            options.pop("client_id", people.client),
            user_pool_region="us-east-1",
            username=user,
            boto3_client_kwargs={"endpoint_url": people.service.endpoint},
            **options,
        )

    return make


def test_srp_tokens_are_verified(people, cognito):
    """Issuer, keys and audience hold; twenty times, as the server's half carries a random sign."""
    user = people.user()
    for _ in range(20):
        client = cognito(user)
        client.authenticate(password=PASSWORD)
        assert client.verify_token(client.access_token, "access_token", "access")["username"] == user
    client.renew_access_token()
    assert client.get_user().sub


def test_client_with_a_secret(people, cognito):
    secret = people.api.create_user_pool_client(
        UserPoolId=people.pool,
        ClientName="server",
        GenerateSecret=True,
        ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    )["UserPoolClient"]
    client = cognito(people.user(), client_id=secret["ClientId"], client_secret=secret["ClientSecret"])
    client.authenticate(password=PASSWORD)
    client.renew_access_token()
    assert client.access_token


def test_sign_up_and_recovery(people, cognito):
    people.pool_with(AutoVerifiedAttributes=["email"])
    client = cognito("py")
    client.set_base_attributes(email="py@example.com")
    client.register("py", PASSWORD)
    client.confirm_sign_up(newest_code(people.service, "py@example.com"), username="py")
    client.initiate_forgot_password()
    client.confirm_forgot_password(newest_code(people.service, "py@example.com"), "F0rgotten-horse!")
    client.authenticate(password="F0rgotten-horse!")
    client.change_password("F0rgotten-horse!", "Ch4nged-horse!")
    cognito("py").authenticate(password="Ch4nged-horse!")


def test_new_password(people, cognito):
    people.api.admin_create_user(
        UserPoolId=people.pool, Username="new", TemporaryPassword="Temp0rary!", MessageAction="SUPPRESS"
    )
    with pytest.raises(ForceChangePasswordException):
        cognito("new").authenticate(password="Temp0rary!")
    cognito("new").new_password_challenge("Temp0rary!", "N3w-horse-battery!")
    cognito("new").authenticate(password="N3w-horse-battery!")


def test_software_token(people, cognito):
    people.mfa("OPTIONAL")
    user = people.user()
    client = cognito(user)
    client.authenticate(password=PASSWORD)
    totp = people.register_totp(client.access_token)
    client.set_user_mfa_preference(sms_mfa=False, software_token_mfa=True, preferred="SOFTWARE_TOKEN")
    again = cognito(user)
    with pytest.raises(SoftwareTokenMFAChallengeException) as asked:
        again.authenticate(password=PASSWORD)
    again.respond_to_software_token_mfa_challenge(people.code(totp), asked.value.get_tokens())
    assert again.access_token


def test_sms_code(people, cognito):
    people.mfa("OPTIONAL", sms=True)
    user = people.reachable(people.user(), phone_number="+4790000009")
    people.api.admin_set_user_mfa_preference(
        UserPoolId=people.pool, Username=user, SMSMfaSettings={"Enabled": True, "PreferredMfa": True}
    )
    client = cognito(user)
    with pytest.raises(SMSMFAChallengeException) as asked:
        client.authenticate(password=PASSWORD)
    code = newest_code(people.service, "+4790000009")
    client.respond_to_sms_mfa_challenge(code, asked.value.get_tokens())
    assert client.access_token


def test_pyjwt_finds_the_keys(people):
    user = people.user()
    tokens = AWSSRP(
        username=user, password=PASSWORD, pool_id=people.pool, client_id=people.client, client=people.api
    ).authenticate_user()["AuthenticationResult"]
    issuer = f"{people.service.endpoint}/{people.pool}"
    keys = jwt.PyJWKClient(f"{issuer}/.well-known/jwks.json")
    kids = set()
    for name, audience in (("IdToken", people.client), ("AccessToken", None)):
        key = keys.get_signing_key_from_jwt(tokens[name])
        kids.add(key.key_id)
        claims = jwt.decode(tokens[name], key, algorithms=["RS256"], audience=audience, issuer=issuer)
        assert claims["sub"]
    assert len(kids) == 2
