"""Sessions as users and operators see them, in pools that track them."""

import pytest
from people import AWAY, CHROME, People


@pytest.fixture
def people(service) -> People:
    people = People(service)
    tracked(people, 3)
    return people


def tracked(people: People, most: int) -> None:
    people.api.set_user_pool_session_configuration(
        UserPoolId=people.pool, UserSessionTracking="ENABLED", TokenSession={"MaxPerUser": most}
    )


def listed(people: People, token: str) -> list[dict]:
    return people.api.list_user_sessions(AccessToken=token)["Sessions"]


def test_user_sees_where_each_session_is_used_from(people):
    user = people.user()
    people.sign_in_from(AWAY, CHROME, user)
    token = people.sign_in(user)["AuthenticationResult"]["AccessToken"]
    own, other = listed(people, token)
    assert (own["IsCurrentSession"], other["IsCurrentSession"]) == (True, False)
    assert own["SessionId"].startswith("tkn")
    assert len(own["SessionId"]) == 28
    assert (other["LastIPAddress"], other["DeviceType"]) == (AWAY, "Chrome 141, Windows 10")
    assert other["LastLocation"]["Country"] == "Nigeria"
    operator = people.api.admin_list_user_sessions(UserPoolId=people.pool, Username=user)["Sessions"]
    assert [each["SessionId"] for each in operator] == [own["SessionId"], other["SessionId"]]
    assert not any(each["IsCurrentSession"] for each in operator)


def test_one_too_many_ends_the_longest_unused(people, refused):
    user = people.user()
    first, *others = (people.sign_in(user)["AuthenticationResult"] for _ in range(3))
    # A refresh is a use: the second is the longest unused now.
    people.api.initiate_auth(
        ClientId=people.client,
        AuthFlow="REFRESH_TOKEN_AUTH",
        AuthParameters={"REFRESH_TOKEN": first["RefreshToken"]},
    )
    last = people.sign_in(user)["AuthenticationResult"]
    assert len(listed(people, last["AccessToken"])) == 3
    assert people.api.get_user(AccessToken=first["AccessToken"])["Username"] == user
    with refused("NotAuthorizedException", "Access Token has been revoked"):
        people.api.get_user(AccessToken=others[0]["AccessToken"])


def test_lower_limit_holds_from_the_next_sign_in_on(people):
    user = people.user()
    tokens = [people.sign_in(user)["AuthenticationResult"] for _ in range(3)]
    tracked(people, 1)
    assert len(listed(people, tokens[2]["AccessToken"])) == 3
    last = people.sign_in(user)["AuthenticationResult"]
    assert len(listed(people, last["AccessToken"])) == 1


def test_user_ends_another_session_never_this_one(people, refused):
    user = people.user()
    other, own = (people.sign_in(user)["AuthenticationResult"] for _ in range(2))
    current, before = listed(people, own["AccessToken"])
    with refused("InvalidParameterException", "current session"):
        people.api.revoke_user_session(AccessToken=own["AccessToken"], SessionId=current["SessionId"])
    people.api.revoke_user_session(AccessToken=own["AccessToken"], SessionId=before["SessionId"])
    with refused("NotAuthorizedException", "Access Token has been revoked"):
        people.api.get_user(AccessToken=other["AccessToken"])
    with refused("NotAuthorizedException", "Refresh Token has been revoked"):
        people.api.initiate_auth(
            ClientId=people.client,
            AuthFlow="REFRESH_TOKEN_AUTH",
            AuthParameters={"REFRESH_TOKEN": other["RefreshToken"]},
        )
    with refused("ResourceNotFoundException", "does not exist"):
        people.api.revoke_user_session(AccessToken=own["AccessToken"], SessionId=before["SessionId"])


def test_nobody_ends_somebody_elses(people, refused):
    mine, theirs = (people.sign_in(people.user())["AuthenticationResult"] for _ in range(2))
    (session,) = listed(people, theirs["AccessToken"])
    with refused("ResourceNotFoundException", "does not exist"):
        people.api.revoke_user_session(AccessToken=mine["AccessToken"], SessionId=session["SessionId"])
    with refused("ResourceNotFoundException", "does not exist"):
        people.api.admin_revoke_user_session(
            UserPoolId=people.pool, Username="user1", SessionId=session["SessionId"]
        )
    people.api.admin_revoke_user_session(
        UserPoolId=people.pool, Username="user2", SessionId=session["SessionId"]
    )
    with refused("NotAuthorizedException", "Access Token has been revoked"):
        people.api.get_user(AccessToken=theirs["AccessToken"])


def test_untracked_pool_tells_nothing(service, refused):
    people = People(service)
    token = people.sign_in(people.user())["AuthenticationResult"]["AccessToken"]
    configuration = people.api.get_user_pool_session_configuration(UserPoolId=people.pool)
    assert configuration["UserSessionTracking"] == "DISABLED"
    assert configuration["TokenSession"] == {"MaxPerUser": 20}
    with refused("OperationNotEnabledException", "Session tracking is not enabled"):
        people.api.list_user_sessions(AccessToken=token)
    with refused("OperationNotEnabledException", "Session tracking is not enabled"):
        people.api.set_user_pool_client_session_configuration(
            UserPoolId=people.pool, ClientId=people.client, SSOSession={"MaxValidityMinutes": 5}
        )


def test_clients_setting_stays_through_an_update(people):
    target = {"UserPoolId": people.pool, "ClientId": people.client}
    before = people.api.get_user_pool_client_session_configuration(**target)
    assert before["SSOSession"] == {"MaxValidityMinutes": 60}
    people.api.set_user_pool_client_session_configuration(**target, SSOSession={"MaxValidityMinutes": 0})
    people.api.update_user_pool_client(**target, ClientName="other")
    people.api.update_user_pool(UserPoolId=people.pool)
    after = people.api.get_user_pool_client_session_configuration(**target)
    assert after["SSOSession"] == {"MaxValidityMinutes": 0}


def test_lite_pool_does_not_track(service, refused):
    api = service.boto3()
    pool = api.create_user_pool(PoolName="lite", UserPoolTier="LITE")["UserPool"]["Id"]
    with refused("FeatureUnavailableInTierException", "LITE"):
        api.set_user_pool_session_configuration(
            UserPoolId=pool, UserSessionTracking="ENABLED", TokenSession={"MaxPerUser": 2}
        )
