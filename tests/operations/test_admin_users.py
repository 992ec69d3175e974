"""What administrators do with users, through boto3."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

PASSWORD = "Correct-horse-9-battery"


def listed(**attributes):
    return [{"Name": name, "Value": value} for name, value in attributes.items()]


def admin_sign_in(cognito, new_client, pool, name, password):
    client = new_client(pool, ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"])["ClientId"]
    return cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": password},
    )


def test_created_user_must_change_the_password(cognito, pool, new_client):
    made = cognito.admin_create_user(
        UserPoolId=pool,
        Username="alice",
        TemporaryPassword=PASSWORD,
        UserAttributes=listed(email="a@example.com", email_verified="True"),
    )["User"]

    assert (made["Username"], made["UserStatus"], made["Enabled"]) == ("alice", "FORCE_CHANGE_PASSWORD", True)
    read = cognito.admin_get_user(UserPoolId=pool, Username="alice")
    assert read["UserAttributes"] == made["Attributes"]
    assert read["UserAttributes"][0]["Name"] == "sub"
    assert {"Name": "email_verified", "Value": "true"} in read["UserAttributes"]
    answer = admin_sign_in(cognito, new_client, pool, "alice", PASSWORD)
    assert answer["ChallengeName"] == "NEW_PASSWORD_REQUIRED"


def test_temporary_password_is_bound_by_the_policy(cognito, pool, refused):
    with refused(
        "InvalidPasswordException", "Password did not conform with policy: Password not long enough"
    ):
        cognito.admin_create_user(UserPoolId=pool, Username="alice", TemporaryPassword="short")


def test_user_names_are_unique(cognito, pool, new_user, refused):
    sub = new_user(pool, "alice")["sub"]

    for name in ("alice", sub):
        with refused("UsernameExistsException"):
            cognito.admin_create_user(UserPoolId=pool, Username=name)


def test_case_counts_unless_the_pool_says_otherwise(cognito, pool, new_pool, new_user, refused):
    new_user(pool, "alice")
    new_user(pool, "Alice")

    folded = new_pool(UsernameConfiguration={"CaseSensitive": False})
    new_user(folded, "Alice")
    with refused("UsernameExistsException"):
        cognito.admin_create_user(UserPoolId=folded, Username="aLICE")
    assert cognito.admin_get_user(UserPoolId=folded, Username="ALICE")["Username"] == "Alice"


@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        ({"email": "no address"}, "Invalid email address format."),
        ({"phone_number": "12345"}, "Invalid phone number format."),
        ({"custom:none": "1"}, "custom:none: Attribute does not exist in the schema."),
        ({"birthdate": "2000"}, "birthdate: String must be at least 10 characters long."),
        ({"updated_at": "-1"}, "updated_at: Attribute value must not be less than 0."),
        ({"email_verified": "perhaps"}, "email_verified: Attribute value must be true or false."),
        ({"email_verified": "true"}, "there is no email"),
        ({"sub": "mine"}, "sub"),
    ],
)
def test_attributes_must_conform_to_the_schema(cognito, pool, refused, attributes, text):
    with refused("InvalidParameterException", text):
        cognito.admin_create_user(UserPoolId=pool, Username="alice", UserAttributes=listed(**attributes))


def test_a_medium_needs_an_address(cognito, pool, refused):
    with refused("InvalidParameterException", "email"):
        cognito.admin_create_user(UserPoolId=pool, Username="alice", DesiredDeliveryMediums=["EMAIL"])


def test_resend_renews_a_temporary_password_only(cognito, pool, new_user, new_client, refused):
    with refused("UserNotFoundException", "User does not exist."):
        cognito.admin_create_user(UserPoolId=pool, Username="alice", MessageAction="RESEND")

    cognito.admin_create_user(UserPoolId=pool, Username="alice", TemporaryPassword="First-one-1")
    cognito.admin_create_user(UserPoolId=pool, Username="alice", MessageAction="RESEND")
    assert "ChallengeName" in admin_sign_in(cognito, new_client, pool, "alice", "First-one-1")
    cognito.admin_create_user(
        UserPoolId=pool, Username="alice", MessageAction="RESEND", TemporaryPassword="Second-one-2"
    )
    assert "ChallengeName" in admin_sign_in(cognito, new_client, pool, "alice", "Second-one-2")

    new_user(pool, "bob")
    with refused(
        "UnsupportedUserStateException", "Resend not possible. bob status is not FORCE_CHANGE_PASSWORD"
    ):
        cognito.admin_create_user(UserPoolId=pool, Username="bob", MessageAction="RESEND")


def test_addresses_can_be_user_names(cognito, new_pool, refused):
    pool = new_pool(UsernameAttributes=["email"])
    made = cognito.admin_create_user(UserPoolId=pool, Username="a@example.com")["User"]

    found = cognito.admin_get_user(UserPoolId=pool, Username="a@example.com")
    attributes = {each["Name"]: each["Value"] for each in found["UserAttributes"]}
    assert made["Username"] == found["Username"] == attributes["sub"]
    assert (attributes["email"], attributes["email_verified"]) == ("a@example.com", "false")
    with refused("UsernameExistsException", "An account with the given email already exists."):
        cognito.admin_create_user(UserPoolId=pool, Username="a@example.com")
    with refused("InvalidParameterException", "Username should be an email."):
        cognito.admin_create_user(UserPoolId=pool, Username="alice")


def test_an_alias_counts_once_it_is_verified(cognito, new_pool, new_user, refused):
    pool = new_pool(AliasAttributes=["email", "preferred_username"])
    new_user(pool, "alice", email="a@example.com", preferred_username="ally")
    new_user(pool, "bob", email="a@example.com")

    assert cognito.admin_get_user(UserPoolId=pool, Username="ally")["Username"] == "alice"
    with refused("UserNotFoundException"):
        cognito.admin_get_user(UserPoolId=pool, Username="a@example.com")
    cognito.admin_update_user_attributes(
        UserPoolId=pool, Username="bob", UserAttributes=listed(email_verified="true")
    )
    assert cognito.admin_get_user(UserPoolId=pool, Username="a@example.com")["Username"] == "bob"
    with refused("AliasExistsException", "An account with the email already exists."):
        cognito.admin_update_user_attributes(
            UserPoolId=pool, Username="alice", UserAttributes=listed(email_verified="true")
        )


def test_user_name_may_not_look_like_an_alias(cognito, new_pool, refused):
    pool = new_pool(AliasAttributes=["email", "phone_number"])

    with refused("InvalidParameterException", "Username cannot be of email format"):
        cognito.admin_create_user(UserPoolId=pool, Username="a@example.com")
    with refused("InvalidParameterException", "Username cannot be of phone number format"):
        cognito.admin_create_user(UserPoolId=pool, Username="+4912345")


def test_an_alias_moves_only_by_force(cognito, new_pool, new_user, attributes_of, refused):
    pool = new_pool(AliasAttributes=["email", "phone_number"])
    both = {"email": "a@example.com", "phone_number": "+4912345"}
    verified = {**both, "email_verified": "true", "phone_number_verified": "true"}
    new_user(pool, "alice", **verified)

    with refused("AliasExistsException"):
        cognito.admin_create_user(UserPoolId=pool, Username="bob", UserAttributes=listed(**verified))
    cognito.admin_create_user(
        UserPoolId=pool, Username="bob", UserAttributes=listed(**verified), ForceAliasCreation=True
    )

    assert cognito.admin_get_user(UserPoolId=pool, Username="a@example.com")["Username"] == "bob"
    assert cognito.admin_get_user(UserPoolId=pool, Username="+4912345")["Username"] == "bob"
    loser = attributes_of(pool, "alice")
    assert (loser["email_verified"], loser["phone_number_verified"]) == ("false", "false")


def test_a_preferred_name_cannot_be_somebodys_user_name(cognito, new_pool, new_user, refused):
    pool = new_pool(AliasAttributes=["preferred_username"])
    new_user(pool, "alice")
    new_user(pool, "mallory")

    with refused("AliasExistsException"):
        cognito.admin_update_user_attributes(
            UserPoolId=pool, Username="mallory", UserAttributes=listed(preferred_username="alice")
        )


def test_users_are_found_by_sub(cognito, pool, new_user):
    sub = new_user(pool, "alice")["sub"]

    assert cognito.admin_get_user(UserPoolId=pool, Username=sub)["Username"] == "alice"


def test_unknown_users_and_pools_are_told_apart(cognito, pool, refused):
    calls = {
        cognito.admin_get_user: {},
        cognito.admin_delete_user: {},
        cognito.admin_enable_user: {},
        cognito.admin_disable_user: {},
        cognito.admin_set_user_password: {"Password": PASSWORD},
        cognito.admin_update_user_attributes: {"UserAttributes": listed(name="A")},
        cognito.admin_delete_user_attributes: {"UserAttributeNames": ["name"]},
        cognito.admin_confirm_sign_up: {},
    }
    for call, more in calls.items():
        with refused("UserNotFoundException", "User does not exist."):
            call(UserPoolId=pool, Username="nobody", **more)
        with refused("ResourceNotFoundException", "User pool us-east-1_nobody does not exist."):
            call(UserPoolId="us-east-1_nobody", Username="nobody", **more)
        with refused("InvalidParameterException", "username"):
            call(UserPoolId=pool, Username="", **more)


def test_deleted_user_is_gone_and_the_name_is_free(cognito, pool, new_user, refused):
    old = new_user(pool, "alice")["sub"]

    cognito.admin_delete_user(UserPoolId=pool, Username="alice")

    with refused("UserNotFoundException"):
        cognito.admin_get_user(UserPoolId=pool, Username=old)
    assert new_user(pool, "alice")["sub"] != old


def test_password_can_be_set_for_good_or_for_once(cognito, pool, new_client, refused):
    cognito.admin_create_user(UserPoolId=pool, Username="alice")
    cognito.admin_set_user_password(UserPoolId=pool, Username="alice", Password=PASSWORD, Permanent=True)
    assert cognito.admin_get_user(UserPoolId=pool, Username="alice")["UserStatus"] == "CONFIRMED"
    assert "AuthenticationResult" in admin_sign_in(cognito, new_client, pool, "alice", PASSWORD)

    cognito.admin_set_user_password(UserPoolId=pool, Username="alice", Password="Other-one-1")
    assert cognito.admin_get_user(UserPoolId=pool, Username="alice")["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    with refused("NotAuthorizedException", "Incorrect username or password."):
        admin_sign_in(cognito, new_client, pool, "alice", PASSWORD)
    with refused("InvalidPasswordException"):
        cognito.admin_set_user_password(UserPoolId=pool, Username="alice", Password="weak")


def test_disabled_user_is_out_and_so_are_the_tokens(cognito, pool, new_user, access_token, refused):
    new_user(pool, "alice")
    token = access_token(pool)

    cognito.admin_disable_user(UserPoolId=pool, Username="alice")
    assert cognito.admin_get_user(UserPoolId=pool, Username="alice")["Enabled"] is False
    with refused("NotAuthorizedException"):
        cognito.get_user(AccessToken=token)
    with refused("NotAuthorizedException", "User is disabled."):
        access_token(pool)

    cognito.admin_enable_user(UserPoolId=pool, Username="alice")
    access_token(pool)
    with refused("NotAuthorizedException", "Access Token has been revoked"):
        cognito.get_user(AccessToken=token)


def test_a_new_address_is_not_verified_unless_the_administrator_says_so(
    cognito, pool, new_user, attributes_of
):
    new_user(pool, "alice", email="a@example.com", email_verified="true")

    def update(**attributes):
        cognito.admin_update_user_attributes(
            UserPoolId=pool, Username="alice", UserAttributes=listed(**attributes)
        )
        return attributes_of(pool)["email_verified"]

    assert update(name="Alice") == "true"
    assert update(email="b@example.com") == "false"
    assert update(email="c@example.com", email_verified="true") == "true"


def test_attributes_go_by_deletion_or_blank(cognito, pool, new_user, attributes_of):
    user = new_user(pool, "alice", email="a@example.com", email_verified="true", name="A", nickname="B")

    cognito.admin_delete_user_attributes(UserPoolId=pool, Username="alice", UserAttributeNames=["email"])
    cognito.admin_update_user_attributes(
        UserPoolId=pool, Username="alice", UserAttributes=listed(nickname="")
    )

    assert attributes_of(pool) == {"sub": user["sub"], "name": "A"}


def test_required_and_immutable_attributes_stay(cognito, new_pool, new_user, refused):
    pool = new_pool(
        Schema=[{"Name": "email", "Required": True}, {"Name": "badge", "Mutable": False}],
    )
    new_user(pool, "alice", **{"email": "a@example.com", "custom:badge": "7"})

    with refused("InvalidParameterException", "email: The attribute is required"):
        cognito.admin_delete_user_attributes(UserPoolId=pool, Username="alice", UserAttributeNames=["email"])
    for value in ("8", ""):
        with refused("InvalidParameterException", "custom:badge: Attribute cannot be updated."):
            cognito.admin_update_user_attributes(
                UserPoolId=pool, Username="alice", UserAttributes=listed(**{"custom:badge": value})
            )
    with refused("InvalidParameterException", "sub: Attribute cannot be updated."):
        cognito.admin_update_user_attributes(
            UserPoolId=pool, Username="alice", UserAttributes=listed(sub="x")
        )


def test_parallel_changes_of_one_user_are_not_lost(service, cognito, pool, new_user, attributes_of):
    new_user(pool, "alice")
    client = service.boto3(max_pool_connections=8)

    def set_one(name):
        while True:
            try:
                return client.admin_update_user_attributes(
                    UserPoolId=pool, Username="alice", UserAttributes=listed(**{name: "x"})
                )
            except ClientError as error:
                if error.response["Error"]["Code"] not in {
                    "TooManyRequestsException",
                    "InternalErrorException",
                }:
                    raise

    names = ["name", "given_name", "family_name", "nickname", "profile", "picture", "website", "locale"]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(set_one, names))

    assert set(names) <= set(attributes_of(pool))
