"""Two secrets of a client, so that one can be replaced without a pause."""

import pytest

from riskengine.base.secret import Secret
from riskengine.credentials.secret_hash import secret_hash

PASSWORD = "Correct-horse-9-battery"


@pytest.fixture
def client(cognito, settled_pool):
    return cognito.create_user_pool_client(
        UserPoolId=settled_pool,
        ClientName="app",
        GenerateSecret=True,
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"],
    )["UserPoolClient"]


@pytest.fixture
def target(settled_pool, client):
    return {"UserPoolId": settled_pool, "ClientId": client["ClientId"]}


def sign_in(cognito, client, secret):
    cognito.initiate_auth(
        ClientId=client["ClientId"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={
            "USERNAME": "ann",
            "PASSWORD": PASSWORD,
            "SECRET_HASH": secret_hash(Secret(secret), "ann", client["ClientId"]),
        },
    )


def test_both_prove_until_one_is_deleted(cognito, settled_pool, client, target, refused):
    cognito.admin_create_user(UserPoolId=settled_pool, Username="ann", MessageAction="SUPPRESS")
    cognito.admin_set_user_password(
        UserPoolId=settled_pool, Username="ann", Password=PASSWORD, Permanent=True
    )
    second = cognito.add_user_pool_client_secret(**target)["ClientSecretDescriptor"]
    for secret in (client["ClientSecret"], second["ClientSecretValue"]):
        sign_in(cognito, client, secret)
    first, _ = cognito.list_user_pool_client_secrets(**target)["ClientSecrets"]
    cognito.delete_user_pool_client_secret(**target, ClientSecretId=first["ClientSecretId"])
    sign_in(cognito, client, second["ClientSecretValue"])
    with refused("NotAuthorizedException", "Unable to verify secret hash"):
        sign_in(cognito, client, client["ClientSecret"])


def test_list_shows_ids_and_dates_never_values(cognito, client, target):
    made = cognito.add_user_pool_client_secret(**target)["ClientSecretDescriptor"]
    listed = cognito.list_user_pool_client_secrets(**target)["ClientSecrets"]
    assert len(listed) == 2
    assert all(set(each) == {"ClientSecretId", "ClientSecretCreateDate"} for each in listed)
    assert listed[1]["ClientSecretId"] == made["ClientSecretId"]
    assert made["ClientSecretId"].startswith(f"{client['ClientId']}--")
    assert listed[0]["ClientSecretId"] != listed[1]["ClientSecretId"]


def test_given_secret_is_not_told_again(cognito, target):
    made = cognito.add_user_pool_client_secret(**target, ClientSecret="x" * 30)["ClientSecretDescriptor"]
    assert "ClientSecretValue" not in made


def test_two_are_the_most_and_one_stays(cognito, target, refused):
    cognito.add_user_pool_client_secret(**target)
    with refused("LimitExceededException", "2 secrets"):
        cognito.add_user_pool_client_secret(**target)
    first, second = cognito.list_user_pool_client_secrets(**target)["ClientSecrets"]
    cognito.delete_user_pool_client_secret(**target, ClientSecretId=first["ClientSecretId"])
    with refused("InvalidParameterException", "last secret"):
        cognito.delete_user_pool_client_secret(**target, ClientSecretId=second["ClientSecretId"])


def test_public_client_gets_none(cognito, settled_pool, refused):
    public = cognito.create_user_pool_client(UserPoolId=settled_pool, ClientName="spa")["UserPoolClient"]
    with refused("InvalidParameterException", "public client"):
        cognito.add_user_pool_client_secret(UserPoolId=settled_pool, ClientId=public["ClientId"])
