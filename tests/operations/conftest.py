"""A boto3 client of the running service, and pools to try things on."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError

PASSWORD = "Correct-horse-9-battery"
Refused = Callable[..., AbstractContextManager[None]]


@pytest.fixture(scope="session")
def cognito(service) -> Any:
    """The API through boto3, as an operator; it checks nothing before the server does."""
    return service.boto3(parameter_validation=False)


@pytest.fixture
def new_pool(cognito) -> Callable[..., str]:
    """A maker of pools; answers the id."""

    def make(**settings: Any) -> str:
        return cognito.create_user_pool(**{"PoolName": "people", **settings})["UserPool"]["Id"]

    return make


@pytest.fixture
def pool(new_pool) -> str:
    """A pool as a bare CreateUserPool makes it."""
    return new_pool()


@pytest.fixture(scope="session")
def _settled_pool(cognito) -> str:
    return cognito.create_user_pool(PoolName="settled")["UserPool"]["Id"]


@pytest.fixture
def settled_pool(cognito, _settled_pool) -> Iterator[str]:
    """A bare pool without users; its signing keys are made once, which takes a third of a second."""
    yield _settled_pool
    for user in cognito.list_users(UserPoolId=_settled_pool)["Users"]:
        cognito.admin_delete_user(UserPoolId=_settled_pool, Username=user["Username"])
    cognito.set_user_pool_mfa_config(UserPoolId=_settled_pool, MfaConfiguration="OFF")


@pytest.fixture
def guarded_pool(new_pool) -> str:
    """A pool with threat protection ENFORCED."""
    return new_pool(UserPoolAddOns={"AdvancedSecurityMode": "ENFORCED"})


@pytest.fixture
def new_client(cognito) -> Callable[..., dict[str, Any]]:
    """A maker of app clients that take passwords."""

    def make(pool: str, **settings: Any) -> dict[str, Any]:
        flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
        defaults = {"UserPoolId": pool, "ClientName": "app", "ExplicitAuthFlows": flows}
        return cognito.create_user_pool_client(**{**defaults, **settings})["UserPoolClient"]

    return make


@pytest.fixture
def new_user(cognito) -> Callable[..., dict[str, str]]:
    """A maker of confirmed users; answers their attributes, `sub` among them."""

    def make(pool: str, name: str = "alice", /, **attributes: str) -> dict[str, str]:
        listed = [{"Name": key, "Value": value} for key, value in attributes.items()]
        cognito.admin_create_user(
            UserPoolId=pool, Username=name, UserAttributes=listed, MessageAction="SUPPRESS"
        )
        cognito.admin_set_user_password(UserPoolId=pool, Username=name, Password=PASSWORD, Permanent=True)
        return named(cognito.admin_get_user(UserPoolId=pool, Username=name)["UserAttributes"])

    return make


@pytest.fixture
def access_token(cognito, new_client) -> Callable[..., str]:
    """Signs a user in; answers the access token."""

    def sign_in(pool: str, name: str = "alice", **settings: Any) -> str:
        client = new_client(pool, **settings)["ClientId"]
        answer = cognito.initiate_auth(
            ClientId=client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD},
        )
        return answer["AuthenticationResult"]["AccessToken"]

    return sign_in


@pytest.fixture
def refused() -> Refused:
    """Around a call that must be refused with this type, and this text somewhere in the message."""

    @contextmanager
    def expecting(error: str, text: str = "") -> Iterator[None]:
        with pytest.raises(ClientError) as caught:
            yield
        answer = caught.value.response["Error"]
        assert (answer["Code"], text in answer["Message"]) == (error, True), answer

    return expecting


@pytest.fixture
def attributes_of(cognito) -> Callable[[str, str], dict[str, str]]:
    """A user's attributes by name, read afresh."""

    def read(pool: str, name: str = "alice") -> dict[str, str]:
        return named(cognito.admin_get_user(UserPoolId=pool, Username=name)["UserAttributes"])

    return read


def named(listed: list[dict[str, str]]) -> dict[str, str]:
    """Attributes by name."""
    return {attribute["Name"]: attribute["Value"] for attribute in listed}
