"""Second factors through boto3: of the pool, of the user."""

import pyotp
import pytest

TOKEN_ON = {"SoftwareTokenMfaConfiguration": {"Enabled": True}}


@pytest.fixture
def pool(settled_pool):
    """These tests sign in."""
    return settled_pool


@pytest.fixture
def mfa_pool(cognito, pool):
    """A pool where authenticator apps may be used."""
    cognito.set_user_pool_mfa_config(UserPoolId=pool, MfaConfiguration="OPTIONAL", **TOKEN_ON)
    return pool


@pytest.fixture
def enrol(cognito):
    """Registers and verifies an authenticator app for the owner of a token; answers its secret."""

    def register(token, **more):
        secret = cognito.associate_software_token(AccessToken=token)["SecretCode"]
        code = pyotp.TOTP(secret).now()
        answer = cognito.verify_software_token(AccessToken=token, UserCode=code, **more)
        assert answer["Status"] == "SUCCESS"
        return secret

    return register


def test_bare_pool_asks_for_no_factor(cognito, pool):
    answer = cognito.get_user_pool_mfa_config(UserPoolId=pool)

    assert {key: value for key, value in answer.items() if key != "ResponseMetadata"} == {
        "MfaConfiguration": "OFF"
    }


def test_pool_factors_are_kept(cognito, pool):
    wanted = {"MfaConfiguration": "ON", **TOKEN_ON}
    answer = cognito.set_user_pool_mfa_config(UserPoolId=pool, **wanted)

    read = cognito.get_user_pool_mfa_config(UserPoolId=pool)
    for each in (answer, read):
        assert {key: each[key] for key in wanted} == wanted
    assert cognito.describe_user_pool(UserPoolId=pool)["UserPool"]["MfaConfiguration"] == "ON"


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"MfaConfiguration": "ON"}, "InvalidParameterException"),
        ({"MfaConfiguration": "OFF", **TOKEN_ON}, "InvalidParameterException"),
        ({"MfaConfiguration": "SOMETIMES"}, "InvalidParameterException"),
        ({"MfaConfiguration": "OPTIONAL", "SmsMfaConfiguration": {}}, "InvalidParameterException"),
        (
            {"MfaConfiguration": "OPTIONAL", "EmailMfaConfiguration": {"Subject": "Code"}},
            "InvalidParameterException",
        ),
    ],
)
def test_impossible_pool_factors_are_refused(cognito, pool, refused, settings, error):
    with refused(error):
        cognito.set_user_pool_mfa_config(UserPoolId=pool, **settings)


def test_unknown_pool_has_no_factors(cognito, refused):
    for call in (cognito.get_user_pool_mfa_config, cognito.set_user_pool_mfa_config):
        with refused("ResourceNotFoundException"):
            call(UserPoolId="us-east-1_nobody")
        with refused("InvalidParameterException", "userPoolId"):
            call(UserPoolId="?")


def test_app_is_registered_verified_and_preferred(cognito, mfa_pool, new_user, access_token, enrol):
    new_user(mfa_pool)
    token = access_token(mfa_pool)
    secret = enrol(token, FriendlyDeviceName="my phone")
    assert len(secret) == 32  # 160 bits

    cognito.set_user_mfa_preference(
        AccessToken=token, SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True}
    )

    user = cognito.get_user(AccessToken=token)
    assert user["UserMFASettingList"] == ["SOFTWARE_TOKEN_MFA"]
    assert user["PreferredMfaSetting"] == "SOFTWARE_TOKEN_MFA"


def test_wrong_and_used_codes_do_not_verify(cognito, mfa_pool, new_user, access_token, enrol, refused):
    new_user(mfa_pool)
    token = access_token(mfa_pool)
    secret = cognito.associate_software_token(AccessToken=token)["SecretCode"]
    right = pyotp.TOTP(secret).now()
    wrong = f"{(int(right) + 500_000) % 1_000_000:06}"

    with refused("EnableSoftwareTokenMFAException", "Code mismatch and fail enable Software Token MFA"):
        cognito.verify_software_token(AccessToken=token, UserCode=wrong)
    cognito.verify_software_token(AccessToken=token, UserCode=right)
    with refused("EnableSoftwareTokenMFAException"):
        cognito.verify_software_token(AccessToken=token, UserCode=right)
    with refused("InvalidParameterException", "userCode"):
        cognito.verify_software_token(AccessToken=token, UserCode="12345")


def test_app_needs_a_pool_that_allows_it(cognito, pool, new_user, access_token, refused):
    new_user(pool)
    token = access_token(pool)
    text = "Software Token MFA has not been enabled by the userPool"

    with refused("SoftwareTokenMFANotFoundException", text):
        cognito.associate_software_token(AccessToken=token)
    with refused("SoftwareTokenMFANotFoundException"):
        cognito.verify_software_token(AccessToken=token, UserCode="123456")


def test_neither_token_nor_session_is_not_enough(cognito, refused):
    with refused("NotAuthorizedException"):
        cognito.associate_software_token()
    with refused("NotAuthorizedException"):
        cognito.verify_software_token(UserCode="123456")
    with refused("NotAuthorizedException"):
        cognito.associate_software_token(Session="x" * 40)


def test_starting_over_leaves_the_working_app_until_the_new_one_is_proved(
    service, cognito, mfa_pool, new_user, access_token, enrol
):
    from riskengine.flows.mfa import secret_of

    sub = new_user(mfa_pool)["sub"]
    token = access_token(mfa_pool)
    first = enrol(token)

    async def in_use(services):
        user = await services.storage.users.get(mfa_pool, sub)
        assert user.software_token.is_verified
        return secret_of(services, user).reveal()

    second = cognito.associate_software_token(AccessToken=token)["SecretCode"]
    assert service.do(in_use) == first
    cognito.verify_software_token(AccessToken=token, UserCode=pyotp.TOTP(second).now())
    assert service.do(in_use) == second


def test_secret_is_sealed_in_the_store(service, cognito, mfa_pool, new_user, access_token, enrol):
    sub = new_user(mfa_pool)["sub"]
    secret = enrol(access_token(mfa_pool))

    stored = service.do(lambda services: services.storage.users.get(mfa_pool, sub))

    assert secret.encode() not in stored.software_token.secret


def test_administrator_sets_preferences(cognito, mfa_pool, new_user, access_token, enrol, refused):
    new_user(mfa_pool)
    call = cognito.admin_set_user_mfa_preference
    on = {"Enabled": True, "PreferredMfa": True}

    with refused("InvalidParameterException", "User has not set up software token mfa"):
        call(UserPoolId=mfa_pool, Username="alice", SoftwareTokenMfaSettings=on)
    enrol(access_token(mfa_pool))
    call(UserPoolId=mfa_pool, Username="alice", SoftwareTokenMfaSettings=on)
    user = cognito.admin_get_user(UserPoolId=mfa_pool, Username="alice")
    assert user["UserMFASettingList"] == ["SOFTWARE_TOKEN_MFA"]
    assert user["PreferredMfaSetting"] == "SOFTWARE_TOKEN_MFA"

    call(UserPoolId=mfa_pool, Username="alice", SoftwareTokenMfaSettings={"Enabled": False})
    user = cognito.admin_get_user(UserPoolId=mfa_pool, Username="alice")
    assert "UserMFASettingList" not in user
    assert "PreferredMfaSetting" not in user


@pytest.mark.parametrize(
    "settings",
    [
        {"SMSMfaSettings": {"Enabled": True}},
        {"EmailMfaSettings": {"Enabled": True}},
        {"SoftwareTokenMfaSettings": {"Enabled": False, "PreferredMfa": True}},
        {
            "SMSMfaSettings": {"Enabled": True, "PreferredMfa": True},
            "EmailMfaSettings": {"Enabled": True, "PreferredMfa": True},
        },
    ],
)
def test_impossible_preferences_are_refused(cognito, mfa_pool, new_user, access_token, refused, settings):
    new_user(mfa_pool)

    with refused("InvalidParameterException"):
        cognito.admin_set_user_mfa_preference(UserPoolId=mfa_pool, Username="alice", **settings)
    with refused("InvalidParameterException"):
        cognito.set_user_mfa_preference(AccessToken=access_token(mfa_pool), **settings)


def test_preferences_of_nobody_are_refused(cognito, pool, refused):
    with refused("UserNotFoundException"):
        cognito.admin_set_user_mfa_preference(UserPoolId=pool, Username="nobody")
    with refused("NotAuthorizedException", "Invalid Access Token"):
        cognito.set_user_mfa_preference(AccessToken="nonsense")
    with refused("InvalidParameterException", "username"):
        cognito.admin_set_user_mfa_preference(UserPoolId=pool, Username="")


def test_factor_needs_an_address(cognito, new_pool, refused):
    """A factor is switched on only for who can be asked by it."""
    sender = {
        "EmailSendingAccount": "DEVELOPER",
        "SourceArn": "arn:aws:ses:us-east-1:000000000000:identity/a@example.org",
    }
    pool = new_pool(EmailConfiguration=sender)
    cognito.set_user_pool_mfa_config(
        UserPoolId=pool,
        MfaConfiguration="OPTIONAL",
        EmailMfaConfiguration={"Message": "{####}", "Subject": "Code"},
    )
    cognito.admin_create_user(
        UserPoolId=pool,
        Username="mail",
        MessageAction="SUPPRESS",
        UserAttributes=[{"Name": "email", "Value": "mail@example.org"}],
    )
    cognito.admin_set_user_mfa_preference(
        UserPoolId=pool, Username="mail", EmailMfaSettings={"Enabled": True}
    )
    user = cognito.admin_get_user(UserPoolId=pool, Username="mail")
    assert user["UserMFASettingList"] == ["EMAIL_OTP"]
    cognito.admin_create_user(UserPoolId=pool, Username="bare", MessageAction="SUPPRESS")
    with refused("InvalidParameterException", "User does not have delivery config set to turn on EMAIL_OTP"):
        cognito.admin_set_user_mfa_preference(
            UserPoolId=pool, Username="bare", EmailMfaSettings={"Enabled": True}
        )
