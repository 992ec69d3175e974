"""Tokens for machines, and for other services in a user's name."""

from typing import Any

import jwt
import pytest
from people import PASSWORD, People

from riskengine.flows.derived_tokens import DELEGATION, IMPERSONATION


@pytest.fixture
def people(service) -> People:
    people = People(service)
    scopes = [{"ScopeName": name, "ScopeDescription": name} for name in ("read", "write")]
    people.api.create_resource_server(UserPoolId=people.pool, Identifier="api", Name="api", Scopes=scopes)
    return people


def client(people: People, *flows: str, **more: Any) -> dict[str, Any]:
    members = {"ClientName": "app", "GenerateSecret": True, "ExplicitAuthFlows": list(flows), **more}
    return people.api.create_user_pool_client(UserPoolId=people.pool, **members)["UserPoolClient"]


def machine(people: People) -> dict[str, Any]:
    return client(people, "ALLOW_CLIENT_TOKEN_AUTH", AllowedOAuthScopes=["api/read", "api/write"])


def claims(people: People, token: str) -> dict[str, Any]:
    """Verified by PyJWT with the pool's published keys."""
    keys = jwt.PyJWKClient(f"{people.service.endpoint}/{people.pool}/.well-known/jwks.json")
    key = keys.get_signing_key_from_jwt(token)
    return jwt.decode(token, key.key, algorithms=["RS256"], options={"verify_aud": False})


def exchange(people: People, by: dict[str, Any], token: str, kind: str = "ACCESS_TOKEN", **more: Any) -> Any:
    return people.api.get_derived_token(
        ClientId=by["ClientId"],
        ClientSecret=by["ClientSecret"],
        SubjectToken=token,
        SubjectTokenType=kind,
        **more,
    )


def test_machine_speaks_for_itself(people):
    app = machine(people)
    answer = people.api.get_client_token(ClientId=app["ClientId"], Secret=app["ClientSecret"])
    result = answer["ClientAuthenticationResult"]
    told = claims(people, result["AccessToken"])
    assert (told["sub"], told["client_id"], told["token_use"]) == (app["ClientId"], app["ClientId"], "access")
    assert (told["scope"], result["TokenType"]) == ("api/read api/write", "Bearer")
    assert told["exp"] - told["iat"] == result["ExpiresIn"] == 3600


def test_machine_gets_the_scopes_it_asks_for_of_its_own(people, refused):
    app = machine(people)
    given = {"ClientId": app["ClientId"], "Secret": app["ClientSecret"]}
    answer = people.api.get_client_token(**given, Scopes=["api/read"])["ClientAuthenticationResult"]
    assert claims(people, answer["AccessToken"])["scope"] == "api/read"
    with refused("InvalidParameterException", "Invalid scope requested: openid"):
        people.api.get_client_token(**given, Scopes=["openid"])


def test_machines_token_opens_no_users_door(people, refused):
    app = machine(people)
    answer = people.api.get_client_token(ClientId=app["ClientId"], Secret=app["ClientSecret"])
    with refused("NotAuthorizedException", "Access Token does not have required scopes"):
        people.api.get_user(AccessToken=answer["ClientAuthenticationResult"]["AccessToken"])


def test_flow_is_alone_and_needs_a_secret(people, refused):
    with refused("InvalidParameterException", "excludes every other flow"):
        client(people, "ALLOW_CLIENT_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH")
    with refused("InvalidParameterException", "needs a client with a secret"):
        client(people, "ALLOW_CLIENT_TOKEN_AUTH", GenerateSecret=False)
    other = client(people, "ALLOW_USER_SRP_AUTH")
    with refused("InvalidParameterException", "flow not enabled"):
        people.api.get_client_token(ClientId=other["ClientId"], Secret=other["ClientSecret"])


def test_derived_token_is_the_users_and_never_lives_longer(people):
    gateway = client(
        people, IMPERSONATION, AccessTokenValidity=1, AllowedOAuthScopes=["aws.cognito.signin.user.admin"]
    )
    user = people.user()
    tokens = people.sign_in(user)["AuthenticationResult"]
    answer = exchange(people, gateway, tokens["AccessToken"], Audiences=["billing"])
    told, before = claims(people, answer["IssuedToken"]), claims(people, tokens["AccessToken"])
    assert (told["sub"], told["username"], told["aud"]) == (before["sub"], user, "billing")
    assert told["client_id"] == gateway["ClientId"]
    assert told["exp"] <= before["exp"]
    assert "act" not in told
    assert answer["Scopes"] == ["aws.cognito.signin.user.admin"]


def test_scopes_only_shrink(people, refused):
    gateway = client(people, IMPERSONATION, AllowedOAuthScopes=["api/read"])
    token = people.sign_in(people.user())["AuthenticationResult"]["AccessToken"]
    assert exchange(people, gateway, token)["Scopes"] == []
    with refused("InvalidParameterException", "None of the requested scopes"):
        exchange(people, gateway, token, Scopes=["api/read"])


def test_token_for_elsewhere_opens_nothing_here(people, refused):
    gateway = client(people, IMPERSONATION, AllowedOAuthScopes=["aws.cognito.signin.user.admin"])
    token = people.sign_in(people.user())["AuthenticationResult"]["AccessToken"]
    plain = exchange(people, gateway, token)["IssuedToken"]
    assert people.api.get_user(AccessToken=plain)["Username"] == "user1"
    bound = exchange(people, gateway, token, Audiences=["billing"])["IssuedToken"]
    with refused("NotAuthorizedException", "Invalid Access Token"):
        people.api.get_user(AccessToken=bound)


def test_who_acts_is_named_and_before_them_who_acted(people):
    gateway, app = client(people, DELEGATION), machine(people)
    token = people.sign_in(people.user())["AuthenticationResult"]["AccessToken"]
    actor = people.api.get_client_token(ClientId=app["ClientId"], Secret=app["ClientSecret"])
    acting = {
        "ActorToken": actor["ClientAuthenticationResult"]["AccessToken"],
        "ActorTokenType": "ACCESS_TOKEN",
    }
    once = exchange(people, gateway, token, **acting)["IssuedToken"]
    act = {"sub": app["ClientId"], "client_id": app["ClientId"]}
    assert claims(people, once)["act"] == act
    twice = exchange(people, gateway, once, **acting)["IssuedToken"]
    assert claims(people, twice)["act"] == {**act, "act": act}


def test_client_needs_the_flow_of_what_it_does(people, refused):
    token = people.sign_in(people.user())["AuthenticationResult"]["AccessToken"]
    delegating = client(people, DELEGATION)
    with refused("InvalidParameterException", f"{IMPERSONATION} flow not enabled"):
        exchange(people, delegating, token)
    impersonating = client(people, IMPERSONATION)
    with refused("InvalidParameterException", f"{DELEGATION} flow not enabled"):
        exchange(people, impersonating, token, ActorToken=token, ActorTokenType="ACCESS_TOKEN")


def test_dead_tokens_give_no_new_ones(people, refused):
    gateway = client(people, IMPERSONATION)
    user = people.user()
    tokens = people.sign_in(user)["AuthenticationResult"]
    with refused("NotAuthorizedException", "Invalid token"):
        exchange(people, gateway, tokens["AccessToken"][:-6] + "AAAAAA")
    with refused("NotAuthorizedException", "Invalid token"):
        exchange(people, gateway, tokens["AccessToken"], "ID_TOKEN")
    with refused("InvalidParameterException", "can vouch"):
        exchange(people, gateway, "abc", "SAML2")
    people.api.admin_user_global_sign_out(UserPoolId=people.pool, Username=user)
    for kind, name in (("ACCESS_TOKEN", "AccessToken"), ("ID_TOKEN", "IdToken")):
        with refused("NotAuthorizedException", "revoked"):
            exchange(people, gateway, tokens[name], kind)


def test_token_of_another_pool_is_none(people, refused):
    gateway = client(people, IMPERSONATION)
    others = People(people.service)
    token = others.sign_in(others.user(), PASSWORD)["AuthenticationResult"]["AccessToken"]
    with refused("NotAuthorizedException", "Invalid token"):
        exchange(people, gateway, token)


def test_id_token_from_an_id_token(people):
    gateway = client(people, IMPERSONATION)
    tokens = people.sign_in(people.user())["AuthenticationResult"]
    answer = exchange(people, gateway, tokens["IdToken"], "ID_TOKEN", RequestedTokenType="ID_TOKEN")
    told = claims(people, answer["IssuedToken"])
    assert (told["token_use"], told["aud"], answer["TokenType"]) == ("id", gateway["ClientId"], "N_A")


def test_resource_must_be_a_server_of_the_pool(people, refused):
    gateway = client(people, IMPERSONATION)
    token = people.sign_in(people.user())["AuthenticationResult"]["AccessToken"]
    issued = exchange(people, gateway, token, Resources=["api"])["IssuedToken"]
    assert claims(people, issued)["aud"] == "api"
    with refused("ResourceNotFoundException", "nowhere"):
        exchange(people, gateway, token, Resources=["nowhere"])
    with refused("InvalidParameterException", "exclude each other"):
        exchange(people, gateway, token, Resources=["api"], Audiences=["billing"])
