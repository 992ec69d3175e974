"""Signing in without sending the password: pycognito's SRP against ours."""

import pytest
from botocore.exceptions import ClientError
from people import PASSWORD
from pycognito import AWSSRP


def srp(people, user: str, password: str = PASSWORD, **options) -> AWSSRP:
    return AWSSRP(
        username=user,
        password=password,
        pool_id=people.pool,
        client_id=people.client,
        client=people.api,
        **options,
    )


@pytest.fixture
def real_time_people(service):
    """pycognito stamps its claims with the machine's time."""
    from people import People

    return People(service)


def test_right_password_gives_tokens_and_an_event(real_time_people):
    """A proof of the password is a sign-in like any other."""
    people = real_time_people
    user = people.user()
    tokens = srp(people, user).authenticate_user()

    assert "AccessToken" in tokens["AuthenticationResult"]
    assert people.events(user)[0]["EventResponse"] == "Pass"


def test_unicode_password_is_proved(real_time_people):
    """Client and server hash the same bytes of any password."""
    people = real_time_people
    password = "Größe-ñ-密码-1A!"
    user = people.user(password)
    assert "AuthenticationResult" in srp(people, user, password).authenticate_user()


def test_wrong_password_is_refused(real_time_people, refused):
    """A wrong password fails at the verifier, and is recorded."""
    people = real_time_people
    user = people.user()
    with refused("NotAuthorizedException", "Incorrect username or password."):
        srp(people, user, "wrong").authenticate_user()
    assert people.events(user)[0]["EventResponse"] == "Fail"


def test_nobody_looks_like_somebody(real_time_people, refused):
    """Where existence is hidden, an unknown name gets a stable salt and fails at the verifier."""
    people = real_time_people
    people.client = people.new_client(PreventUserExistenceErrors="ENABLED")

    def salt() -> str:
        begun = people.api.initiate_auth(
            ClientId=people.client,
            AuthFlow="USER_SRP_AUTH",
            AuthParameters=srp(people, "nobody").get_auth_params(),
        )
        return begun["ChallengeParameters"]["SALT"]

    assert salt() == salt()
    with refused("NotAuthorizedException", "Incorrect username or password."):
        srp(people, "nobody").authenticate_user()


def test_unknown_address_has_a_user_id_like_a_known_one(service):
    """Where addresses are user names, an unknown one answers with a stable id of the same form."""
    from uuid import UUID

    from people import People

    people = People(service)
    pool = people.api.create_user_pool(PoolName="mail", UsernameAttributes=["email"])["UserPool"]["Id"]
    people.pool = pool
    client = people.new_client(PreventUserExistenceErrors="ENABLED")
    people.api.admin_create_user(UserPoolId=pool, Username="known@example.org", MessageAction="SUPPRESS")
    people.api.admin_set_user_password(
        UserPoolId=pool, Username="known@example.org", Password=PASSWORD, Permanent=True
    )

    def user_id(address: str) -> str:
        parameters = {"USERNAME": address, "SRP_A": "abcdef"}
        begun = people.api.initiate_auth(ClientId=client, AuthFlow="USER_SRP_AUTH", AuthParameters=parameters)
        return begun["ChallengeParameters"]["USER_ID_FOR_SRP"]

    known, unknown = user_id("known@example.org"), user_id("unknown@example.org")
    assert UUID(known).version == UUID(unknown).version == 4
    assert user_id("unknown@example.org") == unknown


def test_one_exchange_allows_one_guess(real_time_people, refused):
    """The same secret block can't be answered twice."""
    people = real_time_people
    user = people.user()
    helper = srp(people, user)
    begun = people.api.initiate_auth(
        ClientId=people.client, AuthFlow="USER_SRP_AUTH", AuthParameters=helper.get_auth_params()
    )
    parameters = begun["ChallengeParameters"]
    answers = helper.process_challenge(parameters, {"USERNAME": user})
    members = {
        "ClientId": people.client,
        "ChallengeName": "PASSWORD_VERIFIER",
        "ChallengeResponses": answers,
    }
    assert "AuthenticationResult" in people.api.respond_to_auth_challenge(**members)
    with refused("NotAuthorizedException", "Invalid session for the user, session can only be used once."):
        people.api.respond_to_auth_challenge(**members)


@pytest.mark.parametrize("public", ["0", "00", "zz", "f" * 800])
def test_degenerate_public_values_are_refused(real_time_people, public):
    """A public value that would fix the key, or is none, is refused by name."""
    people = real_time_people
    user = people.user()
    with pytest.raises(ClientError) as caught:
        people.api.initiate_auth(
            ClientId=people.client,
            AuthFlow="USER_SRP_AUTH",
            AuthParameters={"USERNAME": user, "SRP_A": public},
        )
    assert caught.value.response["Error"]["Code"] == "InvalidParameterException"
    assert "SRP_A" in caught.value.response["Error"]["Message"]
