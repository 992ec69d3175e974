"""App clients through boto3."""

import pytest


def test_bare_client_has_every_default(cognito, pool):
    client = cognito.create_user_pool_client(UserPoolId=pool, ClientName="app")["UserPoolClient"]

    assert "ClientSecret" not in client
    assert len(client["ClientId"]) == 26
    assert client["ExplicitAuthFlows"] == [
        "ALLOW_REFRESH_TOKEN_AUTH",
        "ALLOW_USER_SRP_AUTH",
        "ALLOW_CUSTOM_AUTH",
    ]
    assert client["RefreshTokenValidity"] == 30
    assert client["EnableTokenRevocation"] is True
    assert client["EnablePropagateAdditionalUserContextData"] is False
    assert client["AllowedOAuthFlowsUserPoolClient"] is False
    assert client["AuthSessionValidity"] == 3
    described = cognito.describe_user_pool_client(UserPoolId=pool, ClientId=client["ClientId"])
    assert described["UserPoolClient"] == client


def test_secret_is_made_or_taken(cognito, pool, refused):
    made = cognito.create_user_pool_client(UserPoolId=pool, ClientName="app", GenerateSecret=True)
    own = cognito.create_user_pool_client(UserPoolId=pool, ClientName="app", ClientSecret="s" * 30)

    assert len(made["UserPoolClient"]["ClientSecret"]) == 51
    assert own["UserPoolClient"]["ClientSecret"] == "s" * 30
    with refused("InvalidParameterException", "exclude"):
        cognito.create_user_pool_client(
            UserPoolId=pool, ClientName="app", ClientSecret="s" * 30, GenerateSecret=True
        )


def test_update_puts_back_what_it_leaves_out_but_the_secret(cognito, pool):
    client = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="app",
        GenerateSecret=True,
        PreventUserExistenceErrors="ENABLED",
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"],
        AuthSessionValidity=15,
        EnableTokenRevocation=False,
    )["UserPoolClient"]

    updated = cognito.update_user_pool_client(
        UserPoolId=pool,
        ClientId=client["ClientId"],
        AccessTokenValidity=5,
        TokenValidityUnits={"AccessToken": "minutes"},
    )["UserPoolClient"]

    assert updated["ClientSecret"] == client["ClientSecret"]
    assert updated["ClientName"] == "app"
    assert updated["AccessTokenValidity"] == 5
    assert "PreventUserExistenceErrors" not in updated
    assert (updated["AuthSessionValidity"], updated["EnableTokenRevocation"]) == (3, True)
    assert "ALLOW_USER_PASSWORD_AUTH" not in updated["ExplicitAuthFlows"]


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ADMIN_NO_SRP_AUTH"]}, "InvalidParameterException"),
        ({"ExplicitAuthFlows": ["MAGIC"]}, "InvalidParameterException"),
        (
            {"AccessTokenValidity": 4, "TokenValidityUnits": {"AccessToken": "minutes"}},
            "InvalidParameterException",
        ),
        ({"IdTokenValidity": 25}, "InvalidParameterException"),
        (
            {"RefreshTokenValidity": 59, "TokenValidityUnits": {"RefreshToken": "minutes"}},
            "InvalidParameterException",
        ),
        ({"RefreshTokenValidity": 3651}, "InvalidParameterException"),
        ({"ReadAttributes": ["custom:none"]}, "InvalidParameterException"),
        ({"WriteAttributes": ["email_verified"]}, "InvalidParameterException"),
        ({"SupportedIdentityProviders": ["Google"]}, "InvalidParameterException"),
        ({"AllowedOAuthFlowsUserPoolClient": True}, "InvalidParameterException"),
        ({"AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid"]}, "InvalidParameterException"),
        ({"AllowedOAuthFlows": ["client_credentials"]}, "InvalidOAuthFlowException"),
        (
            {"AllowedOAuthFlows": ["client_credentials", "code"], "GenerateSecret": True},
            "InvalidOAuthFlowException",
        ),
        (
            {
                "AllowedOAuthFlows": ["client_credentials"],
                "AllowedOAuthScopes": ["openid"],
                "GenerateSecret": True,
            },
            "InvalidOAuthFlowException",
        ),
        ({"AllowedOAuthScopes": ["server/read"]}, "ScopeDoesNotExistException"),
        ({"CallbackURLs": ["javascript:alert(1)"]}, "InvalidParameterException"),
        ({"LogoutURLs": ["DATA:text/html,x"]}, "InvalidParameterException"),
        ({"CallbackURLs": ["http://example.com/back"]}, "InvalidParameterException"),
        ({"CallbackURLs": ["https://example.com/back#part"]}, "InvalidParameterException"),
        (
            {"CallbackURLs": ["https://a.example"], "DefaultRedirectURI": "https://b.example"},
            "InvalidParameterException",
        ),
        ({"EnablePropagateAdditionalUserContextData": True}, "InvalidParameterException"),
        ({"AuthSessionValidity": 16}, "InvalidParameterException"),
        (
            {
                "RefreshTokenRotation": {"Feature": "ENABLED"},
                "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"],
            },
            "InvalidParameterException",
        ),
    ],
)
def test_contradicting_settings_are_refused(cognito, pool, refused, settings, error):
    with refused(error):
        cognito.create_user_pool_client(UserPoolId=pool, ClientName="app", **settings)


def test_callbacks_may_be_https_local_http_or_an_app_scheme(cognito, pool):
    urls = [
        "https://example.com/back",
        "http://localhost:3000/back",
        "http://[::1]/back",
        "myapp://signed-in",
    ]

    client = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="app",
        CallbackURLs=urls,
        DefaultRedirectURI=urls[0],
        AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid"],
        AllowedOAuthFlowsUserPoolClient=True,
        SupportedIdentityProviders=["COGNITO"],
    )["UserPoolClient"]

    assert client["CallbackURLs"] == urls


def test_rotating_client_does_without_the_refresh_flow(cognito, pool):
    client = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="app",
        RefreshTokenRotation={"Feature": "ENABLED", "RetryGracePeriodSeconds": 10},
    )["UserPoolClient"]

    assert client["ExplicitAuthFlows"] == ["ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"]


def test_default_refresh_life_is_thirty_days_in_every_unit(cognito, pool):
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="app", TokenValidityUnits={"RefreshToken": "hours"}
    )["UserPoolClient"]

    assert client["RefreshTokenValidity"] == 720


def test_unknown_client_or_pool_does_not_exist(cognito, pool, new_pool, new_client, refused):
    elsewhere = new_client(new_pool())["ClientId"]
    calls = (
        cognito.describe_user_pool_client,
        cognito.update_user_pool_client,
        cognito.delete_user_pool_client,
    )
    for call in calls:
        with refused("ResourceNotFoundException", f"User pool client {elsewhere} does not exist."):
            call(UserPoolId=pool, ClientId=elsewhere)
        with refused("ResourceNotFoundException", "User pool us-east-1_nobody does not exist."):
            call(UserPoolId="us-east-1_nobody", ClientId=elsewhere)
        with refused("InvalidParameterException", "clientId"):
            call(UserPoolId=pool, ClientId="")


def test_deleted_client_is_gone(cognito, pool, new_client, refused):
    client = new_client(pool)["ClientId"]

    cognito.delete_user_pool_client(UserPoolId=pool, ClientId=client)

    with refused("ResourceNotFoundException"):
        cognito.describe_user_pool_client(UserPoolId=pool, ClientId=client)


def test_listing_pages_through_a_pools_clients_without_secrets(cognito, pool, new_client, refused):
    made = {new_client(pool, GenerateSecret=True)["ClientId"] for _ in range(3)}

    first = cognito.list_user_pool_clients(UserPoolId=pool, MaxResults=2)
    second = cognito.list_user_pool_clients(UserPoolId=pool, MaxResults=2, NextToken=first["NextToken"])

    assert "NextToken" not in second
    listed = first["UserPoolClients"] + second["UserPoolClients"]
    assert {client["ClientId"] for client in listed} == made
    assert {frozenset(client) for client in listed} == {frozenset({"ClientId", "ClientName", "UserPoolId"})}
    with refused("InvalidParameterException", "maxResults"):
        cognito.list_user_pool_clients(UserPoolId=pool, MaxResults=0)


def test_a_page_token_is_good_for_its_own_list_only(cognito, pool, new_pool, new_client, refused):
    for _ in range(2):
        new_client(pool)
    token = cognito.list_user_pool_clients(UserPoolId=pool, MaxResults=1)["NextToken"]

    with refused("InvalidParameterException", "Invalid pagination token"):
        cognito.list_user_pool_clients(UserPoolId=new_pool(), MaxResults=1, NextToken=token)
