"""Sign-up through boto3."""

from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from hmac import digest

import pytest
from botocore.exceptions import ClientError

PASSWORD = "Correct-horse-9-battery"


def listed(**attributes):
    return [{"Name": name, "Value": value} for name, value in attributes.items()]


def sign_up(cognito, client, name="alice", password=PASSWORD, **more):
    return cognito.sign_up(ClientId=client["ClientId"], Username=name, Password=password, **more)


def events(cognito, pool, name="alice"):
    return cognito.admin_list_user_auth_events(UserPoolId=pool, Username=name)["AuthEvents"]


def test_signed_up_user_awaits_confirmation(cognito, pool, new_client, access_token, refused):
    answer = sign_up(cognito, new_client(pool), UserAttributes=listed(email="a@example.com"))

    assert answer["UserConfirmed"] is False
    assert "CodeDeliveryDetails" not in answer
    user = cognito.admin_get_user(UserPoolId=pool, Username="alice")
    assert user["UserStatus"] == "UNCONFIRMED"
    assert {"Name": "sub", "Value": answer["UserSub"]} in user["UserAttributes"]
    assert {"Name": "email_verified", "Value": "false"} in user["UserAttributes"]
    with refused("UserNotConfirmedException", "User is not confirmed."):
        access_token(pool)


def test_administrator_confirms_once(cognito, pool, new_client, access_token, refused):
    sign_up(cognito, new_client(pool))

    cognito.admin_confirm_sign_up(UserPoolId=pool, Username="alice")

    assert cognito.get_user(AccessToken=access_token(pool))["Username"] == "alice"
    with refused("NotAuthorizedException", "User cannot be confirmed. Current status is CONFIRMED"):
        cognito.admin_confirm_sign_up(UserPoolId=pool, Username="alice")


def test_user_names_are_unique(cognito, pool, new_client, refused):
    client = new_client(pool)
    sign_up(cognito, client)

    with refused("UsernameExistsException", "User already exists"):
        sign_up(cognito, client)


def test_addresses_as_user_names_are_unique(cognito, new_pool, new_client, refused):
    pool = new_pool(UsernameAttributes=["email", "phone_number"])
    client = new_client(pool)
    sub = sign_up(cognito, client, "a@example.com")["UserSub"]

    assert cognito.admin_get_user(UserPoolId=pool, Username="a@example.com")["Username"] == sub
    with refused("UsernameExistsException", "An account with the given email already exists."):
        sign_up(cognito, client, "a@example.com")
    with refused("InvalidParameterException", "Username should be either an email or a phone number."):
        sign_up(cognito, client, "alice")


def test_of_two_at_once_one_gets_the_address(service, new_pool, new_client):
    client = new_client(new_pool(UsernameAttributes=["email"]))
    cognito = service.boto3(max_pool_connections=8)

    def attempt(_number):
        try:
            return sign_up(cognito, client, "a@example.com")["UserConfirmed"]
        except ClientError as error:
            return error.response["Error"]["Code"]

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(attempt, range(8)))

    assert sorted(answers, key=str) == [False] + ["UsernameExistsException"] * 7


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("Ab1-", "Password not long enough"),
        ("lower-case-1", "Password must have uppercase characters"),
        ("UPPER-CASE-1", "Password must have lowercase characters"),
        ("No-numbers", "Password must have numeric characters"),
        ("NoSymbols1", "Password must have symbol characters"),
    ],
)
def test_password_must_conform(cognito, pool, new_client, refused, password, rule):
    with refused("InvalidPasswordException", f"Password did not conform with policy: {rule}"):
        sign_up(cognito, new_client(pool), password=password)


def test_password_is_required(cognito, pool, new_client, refused):
    with refused("InvalidParameterException", "'password'"):
        cognito.sign_up(ClientId=new_client(pool)["ClientId"], Username="alice")


def test_required_attributes_are_required(cognito, new_pool, new_client, refused):
    pool = new_pool(Schema=[{"Name": "email", "Required": True}])

    with refused(
        "InvalidParameterException",
        "Attributes did not conform to the schema: email: The attribute is required",
    ):
        sign_up(cognito, new_client(pool))


def test_client_may_write_only_what_it_was_given(cognito, pool, new_client, refused):
    client = new_client(pool, WriteAttributes=["email"])
    text = "A client attempted to write unauthorized attribute"

    with refused("NotAuthorizedException", text):
        sign_up(cognito, client, UserAttributes=listed(name="Alice"))
    with refused("NotAuthorizedException", text):
        sign_up(cognito, new_client(pool), UserAttributes=listed(email="a@b.c", email_verified="true"))
    sign_up(cognito, client, UserAttributes=listed(email="a@example.com"))


def test_pool_of_administrators_takes_no_sign_up(cognito, new_pool, new_client, refused):
    pool = new_pool(AdminCreateUserConfig={"AllowAdminCreateUserOnly": True})

    with refused("NotAuthorizedException", "SignUp is not permitted for this user pool"):
        sign_up(cognito, new_client(pool))


def test_unknown_client_does_not_exist(cognito, refused):
    with refused("ResourceNotFoundException", "User pool client nobody does not exist."):
        sign_up(cognito, {"ClientId": "nobody"})


def test_client_secret_must_be_shown(cognito, pool, new_client, refused):
    client = new_client(pool, GenerateSecret=True)
    message = f"alice{client['ClientId']}".encode()
    right = b64encode(digest(client["ClientSecret"].encode(), message, sha256)).decode()

    with refused("NotAuthorizedException", "is configured with secret but SECRET_HASH was not received"):
        sign_up(cognito, client)
    with refused("NotAuthorizedException", f"Unable to verify secret hash for client {client['ClientId']}"):
        sign_up(cognito, client, SecretHash=right[::-1])
    sign_up(cognito, client, SecretHash=right)


def test_alias_of_an_unconfirmed_user_is_none(cognito, new_pool, new_client, refused):
    pool = new_pool(AliasAttributes=["preferred_username"])
    sign_up(cognito, new_client(pool), UserAttributes=listed(preferred_username="ally"))

    with refused("UserNotFoundException"):
        cognito.admin_get_user(UserPoolId=pool, Username="ally")
    cognito.admin_confirm_sign_up(UserPoolId=pool, Username="alice")
    assert cognito.admin_get_user(UserPoolId=pool, Username="ally")["Username"] == "alice"


def test_sign_up_is_an_event(cognito, guarded_pool, new_client):
    sign_up(cognito, new_client(guarded_pool))

    (event,) = events(cognito, guarded_pool)
    assert (event["EventType"], event["EventResponse"]) == ("SignUp", "InProgress")
    assert event["EventContextData"]["IpAddress"] == "127.0.0.1"
    assert event["EventRisk"]["RiskDecision"] in {"NoRisk", "AccountTakeover"}
    assert event["EventRisk"]["CompromisedCredentialsDetected"] is False


def test_compromised_password_is_refused_where_enforced(cognito, guarded_pool, new_client, refused):
    cognito.update_user_pool(
        UserPoolId=guarded_pool,
        Policies={"PasswordPolicy": {"MinimumLength": 6}},
        UserPoolAddOns={"AdvancedSecurityMode": "ENFORCED"},
    )

    with refused("InvalidPasswordException", "Provided password cannot be used for security reasons."):
        sign_up(cognito, new_client(guarded_pool), password="password")

    cognito.set_risk_configuration(
        UserPoolId=guarded_pool,
        CompromisedCredentialsRiskConfiguration={
            "EventFilter": ["SIGN_IN"],
            "Actions": {"EventAction": "BLOCK"},
        },
    )
    sign_up(cognito, new_client(guarded_pool), password="password")


def test_compromised_password_is_only_noted_where_audited(cognito, new_pool, new_client):
    pool = new_pool(
        Policies={"PasswordPolicy": {"MinimumLength": 6}}, UserPoolAddOns={"AdvancedSecurityMode": "AUDIT"}
    )

    sign_up(cognito, new_client(pool), password="password")

    (event,) = events(cognito, pool)
    assert event["EventRisk"]["CompromisedCredentialsDetected"] is True


def test_blocked_address_cannot_sign_up_where_enforced(service, cognito, guarded_pool, new_client, refused):
    cognito.set_risk_configuration(
        UserPoolId=guarded_pool, RiskExceptionConfiguration={"BlockedIPRangeList": ["127.0.0.0/8", "::1/128"]}
    )

    with refused("NotAuthorizedException", "Request not allowed due to security reasons."):
        sign_up(cognito, new_client(guarded_pool))
    with refused("UserNotFoundException"):
        cognito.admin_get_user(UserPoolId=guarded_pool, Username="alice")
    (event,) = service.do(
        lambda services: services.storage.events.list_(guarded_pool, "", before=None, limit=9)
    )
    assert (event.type, event.response, event.decision) == ("SignUp", "Fail", "Block")
    assert (event.failure, event.address) == ("NotAuthorizedException", "127.0.0.1")
