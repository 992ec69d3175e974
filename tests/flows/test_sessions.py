"""After the sign-in: refreshing, rotating, revoking, signing out."""

import jwt
import pytest
from people import FLOWS


def refresh(people, token: str, client: str | None = None):
    return people.api.get_tokens_from_refresh_token(ClientId=client or people.client, RefreshToken=token)[
        "AuthenticationResult"
    ]


@pytest.fixture
def signed_in(people):
    user = people.user()
    return user, people.sign_in(user)["AuthenticationResult"]


def test_refresh_gives_new_tokens_of_the_same_sign_in(people, signed_in):
    """By either operation: new ID and access tokens, no new refresh token."""
    _, tokens = signed_in
    by_flow = people.api.initiate_auth(
        ClientId=people.client,
        AuthFlow="REFRESH_TOKEN_AUTH",
        AuthParameters={"REFRESH_TOKEN": tokens["RefreshToken"]},
    )["AuthenticationResult"]
    for renewed in (by_flow, refresh(people, tokens["RefreshToken"])):
        assert "RefreshToken" not in renewed
        answer = people.api.get_user(AccessToken=renewed["AccessToken"])
        assert answer["Username"] == signed_in[0]


def test_refreshed_tokens_keep_the_event_of_their_sign_in(people, signed_in):
    """However often and by whatever operation; a sign-in after it has an event of its own."""
    user, tokens = signed_in
    people.sign_in(user)
    first = people.events(user)[1]["EventId"]
    for _ in range(2):
        people.service.clock.advance(4000)
        for renewed in (tokens, refresh(people, tokens["RefreshToken"])):
            for name in ("IdToken", "AccessToken"):
                claims = jwt.decode(renewed[name], options={"verify_signature": False})
                assert claims["event_id"] == first
        tokens = {**tokens, **refresh(people, tokens["RefreshToken"])}


def test_refresh_token_is_of_one_client(people, signed_in, refused):
    """Another client of the pool can't use it."""
    with refused("NotAuthorizedException", "Invalid Refresh Token"):
        refresh(people, signed_in[1]["RefreshToken"], people.new_client())


def test_refresh_token_expires(people, signed_in, refused):
    """After thirty days."""
    people.service.clock.advance(30 * 86_400 + 1)
    with refused("NotAuthorizedException", "Refresh Token has expired"):
        refresh(people, signed_in[1]["RefreshToken"])


def test_revoked_token_takes_its_access_tokens_along(people, signed_in, refused):
    """Revoking twice is no error; what grew from the token is dead."""
    _, tokens = signed_in
    for _ in range(2):
        people.api.revoke_token(Token=tokens["RefreshToken"], ClientId=people.client)

    with refused("NotAuthorizedException", "Refresh Token has been revoked"):
        refresh(people, tokens["RefreshToken"])
    with refused("NotAuthorizedException", "Access Token has been revoked"):
        people.api.get_user(AccessToken=tokens["AccessToken"])


def test_global_sign_out_ends_every_session(people, signed_in, refused):
    """Of this user, and of nobody else."""
    user, tokens = signed_in
    other = people.sign_in(people.user())["AuthenticationResult"]
    again = people.sign_in(user)["AuthenticationResult"]
    people.api.global_sign_out(AccessToken=tokens["AccessToken"])

    for each in (tokens, again):
        with refused("NotAuthorizedException", "Access Token has been revoked"):
            people.api.get_user(AccessToken=each["AccessToken"])
        with refused("NotAuthorizedException", "Refresh Token has been revoked"):
            refresh(people, each["RefreshToken"])
    assert "AccessToken" in refresh(people, other["RefreshToken"])
    assert "AuthenticationResult" in people.sign_in(user)


@pytest.fixture
def rotating(people):
    people.client = people.new_client(
        ExplicitAuthFlows=[flow for flow in FLOWS if flow != "ALLOW_REFRESH_TOKEN_AUTH"],
        RefreshTokenRotation={"Feature": "ENABLED", "RetryGracePeriodSeconds": 30},
    )
    return people.sign_in(people.user())["AuthenticationResult"]["RefreshToken"]


def test_rotation_replaces_the_token(people, rotating, refused):
    """Each refresh gives a new token; a retry within the grace is forgiven, later reuse ends the session."""
    second = refresh(people, rotating)["RefreshToken"]
    assert second != rotating
    third = refresh(people, rotating)["RefreshToken"]

    people.service.clock.advance(31)
    newest = refresh(people, third)["RefreshToken"]
    people.service.clock.advance(31)
    with refused("RefreshTokenReuseException", "Refresh Token has already been used"):
        refresh(people, third)
    with refused("NotAuthorizedException", "Refresh Token has been revoked"):
        refresh(people, newest)


def test_disabled_user_can_not_refresh(people, signed_in, refused):
    """Disabling ends sessions."""
    user, tokens = signed_in
    people.api.admin_disable_user(UserPoolId=people.pool, Username=user)
    with pytest.raises(people.api.exceptions.NotAuthorizedException):
        refresh(people, tokens["RefreshToken"])
