"""What signed-in users do with their own account, through boto3."""

import pytest


@pytest.fixture
def pool(settled_pool):
    """These tests sign in."""
    return settled_pool


def listed(**attributes):
    return [{"Name": name, "Value": value} for name, value in attributes.items()]


def test_user_reads_what_the_client_may_read(cognito, pool, new_user, access_token):
    new_user(pool, email="a@example.com", name="Alice")

    answer = cognito.get_user(AccessToken=access_token(pool, ReadAttributes=["email"]))

    assert answer["Username"] == "alice"
    assert [each["Name"] for each in answer["UserAttributes"]] == ["sub", "email"]


def test_bad_tokens_are_refused(cognito, pool, new_user, access_token, refused):
    new_user(pool)
    token = access_token(pool)
    head, body, signature = token.split(".")
    calls = {
        cognito.get_user: {},
        cognito.update_user_attributes: {"UserAttributes": listed(name="A")},
        cognito.delete_user_attributes: {"UserAttributeNames": ["name"]},
        cognito.delete_user: {},
    }
    for call, more in calls.items():
        with refused("NotAuthorizedException", "Invalid Access Token"):
            call(AccessToken="nonsense", **more)
        with refused("NotAuthorizedException"):
            call(AccessToken=f"{head}.{body}.{signature[::-1]}", **more)
        with refused("InvalidParameterException", "accessToken"):
            call(AccessToken="not a token!", **more)


def test_user_changes_what_the_client_may_write(
    cognito, pool, new_user, access_token, attributes_of, refused
):
    new_user(pool, email="a@example.com", email_verified="true")
    token = access_token(pool, WriteAttributes=["email", "name"])

    answer = cognito.update_user_attributes(
        AccessToken=token, UserAttributes=listed(email="b@example.com", name="Alice")
    )

    assert answer["CodeDeliveryDetailsList"] == []
    after = attributes_of(pool)
    assert (after["email"], after["email_verified"], after["name"]) == ("b@example.com", "false", "Alice")
    for forbidden in ({"nickname": "x"}, {"email_verified": "true"}, {"sub": "x"}):
        with refused("NotAuthorizedException", "A client attempted to write unauthorized attribute"):
            cognito.update_user_attributes(AccessToken=token, UserAttributes=listed(**forbidden))
    with refused("InvalidParameterException", "Invalid email address format."):
        cognito.update_user_attributes(AccessToken=token, UserAttributes=listed(email="nowhere"))


def test_user_cannot_take_a_name_that_is_taken(cognito, new_pool, new_user, access_token, refused):
    pool = new_pool(AliasAttributes=["preferred_username"])
    new_user(pool, "alice")
    new_user(pool, "bob", preferred_username="bobby")
    token = access_token(pool)

    with refused("AliasExistsException", "An account with the preferred_username already exists."):
        cognito.update_user_attributes(AccessToken=token, UserAttributes=listed(preferred_username="bobby"))


def test_address_that_must_be_proved_first_stays(cognito, new_pool, new_user, access_token, attributes_of):
    pool = new_pool(
        AutoVerifiedAttributes=["email"],
        UserAttributeUpdateSettings={"AttributesRequireVerificationBeforeUpdate": ["email"]},
    )
    new_user(pool, email="a@example.com", email_verified="true")

    answer = cognito.update_user_attributes(
        AccessToken=access_token(pool), UserAttributes=listed(email="b@example.com")
    )
    assert answer["CodeDeliveryDetailsList"][0]["Destination"] == "b***@e***"
    assert attributes_of(pool)["email"] == "a@example.com"


def test_user_deletes_attributes(cognito, pool, new_user, access_token, attributes_of, refused):
    user = new_user(pool, name="Alice", nickname="A")
    token = access_token(pool, WriteAttributes=["name"])

    cognito.delete_user_attributes(AccessToken=token, UserAttributeNames=["name"])

    assert attributes_of(pool) == {"sub": user["sub"], "nickname": "A"}
    with refused("NotAuthorizedException"):
        cognito.delete_user_attributes(AccessToken=token, UserAttributeNames=["nickname"])


def test_user_leaves(cognito, pool, new_user, access_token, refused):
    new_user(pool)
    token = access_token(pool)

    cognito.delete_user(AccessToken=token)

    with refused("UserNotFoundException"):
        cognito.admin_get_user(UserPoolId=pool, Username="alice")
    with refused("UserNotFoundException"):
        cognito.get_user(AccessToken=token)


@pytest.mark.parametrize("kind", ["email", "phone_number"])
def test_changed_address_finds_its_user(cognito, new_pool, new_client, access_token, kind):
    old, new = {"email": ("a@example.com", "b@example.com"), "phone_number": ("+491111", "+492222")}[kind]
    pool = new_pool(UsernameAttributes=[kind])
    password = "Correct-horse-9-battery"
    cognito.sign_up(ClientId=new_client(pool)["ClientId"], Username=old, Password=password)
    cognito.admin_confirm_sign_up(UserPoolId=pool, Username=old)

    cognito.update_user_attributes(AccessToken=access_token(pool, old), UserAttributes=listed(**{kind: new}))

    assert access_token(pool, new)
