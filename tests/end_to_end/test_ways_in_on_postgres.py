"""The ways in once through on PostgreSQL: what the rest of the tests do on SQLite."""

import pytest
from outbox_reader import newest_code
from people import PASSWORD, People
from pycognito import AWSSRP
from pycognito.aws_srp import generate_hash_device
from service import Service, settings_for

pytestmark = pytest.mark.slow


@pytest.fixture
def people(tmp_path, new_database):
    with Service(settings_for(tmp_path, database=new_database("postgres", tmp_path))) as service:
        people = People(service)
        people.pool_with(
            AutoVerifiedAttributes=["email"],
            DeviceConfiguration={"ChallengeRequiredOnNewDevice": True},
            Policies={"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}},
        )
        yield people


def test_one_account_from_sign_up_to_the_end(people):
    """Sign up, confirm, device, second factor, code sign-in, recovery, refresh, sign out."""
    api, client, mail = people.api, people.client, "life@example.com"
    api.sign_up(
        ClientId=client,
        Username="life",
        Password=PASSWORD,
        UserAttributes=[{"Name": "email", "Value": mail}],
    )
    api.confirm_sign_up(ClientId=client, Username="life", ConfirmationCode=newest_code(people.service, mail))

    def srp(**device: str) -> dict:
        helper = AWSSRP(
            username="life", password=PASSWORD, pool_id=people.pool, client_id=client, client=api, **device
        )
        return helper.authenticate_user()["AuthenticationResult"]

    tokens = srp()
    offered = tokens["NewDeviceMetadata"]
    secret, verifier = generate_hash_device(offered["DeviceGroupKey"], offered["DeviceKey"])
    api.confirm_device(
        AccessToken=tokens["AccessToken"],
        DeviceKey=offered["DeviceKey"],
        DeviceSecretVerifierConfig=verifier,
    )
    device = {
        "device_key": offered["DeviceKey"],
        "device_group_key": offered["DeviceGroupKey"],
        "device_password": secret,
    }
    again = srp(**device)
    parameters = {"REFRESH_TOKEN": again["RefreshToken"], "DEVICE_KEY": offered["DeviceKey"]}
    renewed = api.initiate_auth(ClientId=client, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters=parameters)
    assert "AccessToken" in renewed["AuthenticationResult"]

    parameters = {"USERNAME": "life", "PREFERRED_CHALLENGE": "EMAIL_OTP"}
    asked = api.initiate_auth(ClientId=client, AuthFlow="USER_AUTH", AuthParameters=parameters)
    done = people.answer(asked, "life", EMAIL_OTP_CODE=newest_code(people.service, mail))
    api.global_sign_out(AccessToken=done["AuthenticationResult"]["AccessToken"])

    api.forgot_password(ClientId=client, Username="life")
    api.confirm_forgot_password(
        ClientId=client,
        Username="life",
        ConfirmationCode=newest_code(people.service, mail),
        Password="An0ther-horse!",
    )
    assert "AuthenticationResult" in people.sign_in("life", "An0ther-horse!")
    types = [event["EventType"] for event in people.events("life")]
    assert types[:3] == ["SignIn", "PasswordChange", "ForgotPassword"]
    api.admin_delete_user(UserPoolId=people.pool, Username="life")
