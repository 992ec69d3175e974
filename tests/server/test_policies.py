"""What a key may do, and how often anybody may ask."""

import contextlib
import urllib.request

import pytest
from botocore.exceptions import ClientError
from people import People
from service import Service

from riskengine.config import ConfigurationError
from riskengine.flows.access_keys import create_access_key
from riskengine.operations.categories import CATEGORIES, COGNITO
from riskengine.server.throttle import rates_of


def key(service: Service, **policy) -> tuple[str, str]:
    made, secret = service.do(lambda services: create_access_key(services, "test", **policy))
    return made.id, secret.reveal()


def denied(call, **members) -> str:
    with pytest.raises(ClientError) as caught:
        call(**members)
    error = caught.value.response["Error"]
    assert error["Code"] == "AccessDeniedException"
    return error["Message"]


def test_key_does_what_its_policy_names(service):
    people = People(service)
    user = people.user()
    reader = service.boto3(key(service, operations=("AdminGet*", "List*"), pools=(people.pool,)))
    assert reader.admin_get_user(UserPoolId=people.pool, Username=user)["Username"] == user
    assert reader.list_users(UserPoolId=people.pool)["Users"]
    message = denied(reader.admin_delete_user, UserPoolId=people.pool, Username=user)
    assert f"cognito-idp:AdminDeleteUser on user pool {people.pool}" in message
    assert people.status(user) == "CONFIRMED"


def test_key_touches_its_own_pools_only(service):
    mine, other = People(service), People(service)
    own = service.boto3(key(service, pools=(mine.pool,)))
    arn = own.describe_user_pool(UserPoolId=mine.pool)["UserPool"]["Arn"]
    denied(own.describe_user_pool, UserPoolId=other.pool)
    own.tag_resource(ResourceArn=arn, Tags={"team": "a"})
    denied(own.tag_resource, ResourceArn=arn.replace(mine.pool, other.pool), Tags={"team": "a"})
    for call, members in (
        (own.list_user_pools, {"MaxResults": 1}),
        (own.create_user_pool, {"PoolName": "x"}),
        (own.describe_user_pool_domain, {"Domain": "x"}),
    ):
        assert "on all user pools" in denied(call, **members)


def test_policy_does_not_stand_before_the_public(service):
    """What is open, or proved by a token, asks for no key, whatever the key."""
    people = People(service)
    user = people.user()
    people.api = service.boto3(key(service, operations=("ListUserPools",)))
    tokens = people.sign_in(user)["AuthenticationResult"]
    assert people.api.get_user(AccessToken=tokens["AccessToken"])["Username"] == user


def test_rate_is_counted_by_category_and_pool(new_service):
    service = new_service(request_rates=("UserList=3",))
    people, others = People(service), People(service)

    def ask_thirty_times():
        for _ in range(30):
            people.api.list_users(UserPoolId=people.pool)

    with pytest.raises(ClientError, match="Rate exceeded: UserList") as caught:
        ask_thirty_times()
    assert caught.value.response["Error"]["Code"] == "TooManyRequestsException"
    others.api.list_users(UserPoolId=others.pool)
    people.api.describe_user_pool(UserPoolId=people.pool)


def test_users_own_calls_count_for_the_pool_of_their_token(new_service):
    service = new_service(request_rates=("UserRead=3",))
    people, others = People(service), People(service)
    busy, calm = (each.sign_in(each.user())["AuthenticationResult"] for each in (people, others))

    def ask_thirty_times():
        for _ in range(30):
            people.api.get_user(AccessToken=busy["AccessToken"])

    with pytest.raises(ClientError, match="Rate exceeded: UserRead"):
        ask_thirty_times()
    assert others.api.get_user(AccessToken=calm["AccessToken"])["Username"]


def test_every_operation_has_a_category():
    assert set(CATEGORIES.values()) == set(COGNITO)


def test_rates_read_from_settings():
    assert rates_of(()) == {}
    assert rates_of(("cognito",)) == COGNITO
    assert rates_of(("cognito", "UserList=7")) == {**COGNITO, "UserList": 7}
    for bad in ("aws", "UserList", "UserList=0", "UserList=-1", "UserList=x", "Nothing=3"):
        with pytest.raises(ConfigurationError, match="request_rates"):
            rates_of((bad,))


def test_throttled_requests_are_counted_under_known_clients_only(new_service):
    """Made-up client ids, of which there is no end, share one series."""
    service = new_service(request_rates=("UserAuthentication=1",))
    people = People(service)
    user = people.user()
    people.sign_in(user)

    def flood(flow: str, client: str, **parameters: str) -> None:
        for _ in range(4):
            with contextlib.suppress(ClientError):
                people.api.initiate_auth(ClientId=client, AuthParameters=parameters, AuthFlow=flow)

    for flow, client in (
        ("USER_PASSWORD_AUTH", people.client),
        ("REFRESH_TOKEN_AUTH", people.client),
        ("USER_PASSWORD_AUTH", "madeup1"),
        ("USER_PASSWORD_AUTH", "madeup2"),
    ):
        flood(flow, client, USERNAME=user, PASSWORD="x")
    with urllib.request.urlopen(f"{service.endpoint}/metrics") as answer:
        told = answer.read().decode()
    found = [line for line in told.splitlines() if line.startswith("cognito_throttles_total")]
    assert any(
        f'deed="SignIn",user_pool="{people.pool}",user_pool_client="{people.client}"' in each
        for each in found
    )
    assert any(f'deed="TokenRefresh",user_pool="{people.pool}"' in each for each in found)
    assert any('deed="SignIn",user_pool="Invalid",user_pool_client="Invalid"' in each for each in found)
    for word in ("madeup", user, "127.0.0.1"):
        assert word not in told
