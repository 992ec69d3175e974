"""Signing in with a password in the clear."""

from concurrent.futures import ThreadPoolExecutor

import jwt
import pytest
from botocore.exceptions import ClientError
from people import FLOWS, PASSWORD


def test_tokens_verify_against_the_published_keys(people):
    """A right password gives RS256 tokens that any OIDC library verifies."""
    user = people.user()
    tokens = people.sign_in(user)["AuthenticationResult"]

    issuer = f"{people.service.endpoint}/{people.pool}"
    keys = jwt.PyJWKClient(f"{issuer}/.well-known/jwks.json")
    claims = {}
    for use, name in (("id", "IdToken"), ("access", "AccessToken")):
        key = keys.get_signing_key_from_jwt(tokens[name])
        # The service's clock is turned: expiry is its business here.
        options = {"verify_exp": False, "verify_iat": False, "verify_aud": False}
        claims[use] = jwt.decode(tokens[name], key.key, ["RS256"], issuer=issuer, options=options)
    assert claims["id"]["aud"] == claims["access"]["client_id"] == people.client
    assert claims["id"]["cognito:username"] == claims["access"]["username"] == user
    assert claims["access"]["scope"] == "aws.cognito.signin.user.admin"
    assert claims["id"]["event_id"] == claims["access"]["event_id"] == people.events(user)[0]["EventId"]
    heads = [jwt.get_unverified_header(tokens[name]) for name in ("IdToken", "AccessToken")]
    assert heads[0]["kid"] != heads[1]["kid"]
    assert (tokens["ExpiresIn"], tokens["TokenType"]) == (3600, "Bearer")


def test_groups_and_their_role_are_claims(people):
    """Groups are listed by precedence; the lowest gives the preferred role."""
    user = people.user()
    role = "arn:aws:iam::000000000000:role/staff"
    people.api.create_group(UserPoolId=people.pool, GroupName="all", Precedence=9)
    people.api.create_group(UserPoolId=people.pool, GroupName="staff", Precedence=1, RoleArn=role)
    for group in ("all", "staff"):
        people.api.admin_add_user_to_group(UserPoolId=people.pool, Username=user, GroupName=group)

    claims = jwt.decode(
        people.sign_in(user)["AuthenticationResult"]["IdToken"], options={"verify_signature": False}
    )

    assert claims["cognito:groups"] == ["staff", "all"]
    assert (claims["cognito:roles"], claims["cognito:preferred_role"]) == ([role], role)


def test_wrong_password_is_refused_and_recorded(people, refused):
    """A wrong password is a failed event."""
    user = people.user()
    with refused("NotAuthorizedException", "Incorrect username or password."):
        people.sign_in(user, "wrong")

    event = people.events(user)[0]
    assert event["EventResponse"] == "Fail"
    assert event["ChallengeResponses"] == [{"ChallengeName": "Password", "ChallengeResponse": "Failure"}]


def test_unknown_users_are_told_as_the_client_wishes(people, refused):
    """Legacy clients tell that a user does not exist; hiding ones do not."""
    hiding = people.new_client(PreventUserExistenceErrors="ENABLED")

    with refused("UserNotFoundException", "User does not exist."):
        people.sign_in("nobody")
    with refused("NotAuthorizedException", "Incorrect username or password."):
        people.sign_in("nobody", client=hiding)


def test_account_state_is_told_only_to_who_knows_the_password(people, refused):
    """Disabled, unconfirmed and reset users are like any other to a guesser."""
    disabled, fresh = people.user(), "newcomer"
    people.api.admin_disable_user(UserPoolId=people.pool, Username=disabled)
    people.api.sign_up(ClientId=people.client, Username=fresh, Password=PASSWORD)

    for user in (disabled, fresh):
        with refused("NotAuthorizedException", "Incorrect username or password."):
            people.sign_in(user, "wrong")
    with refused("NotAuthorizedException", "User is disabled."):
        people.sign_in(disabled)
    with refused("UserNotConfirmedException", "User is not confirmed."):
        people.sign_in(fresh)


def test_flow_must_be_allowed(people, refused):
    """A client takes the flows that it lists, and admin flows come in by the admin door."""
    srp_only = people.new_client(ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"])
    user = people.user()

    with refused("InvalidParameterException", "USER_PASSWORD_AUTH flow not enabled for this client"):
        people.sign_in(user, client=srp_only)
    with refused("InvalidParameterException", "Initiate Auth method not supported."):
        people.api.initiate_auth(
            ClientId=people.client,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": user, "PASSWORD": PASSWORD},
        )
    with refused("InvalidParameterException", "Missing required parameter USERNAME"):
        people.api.initiate_auth(ClientId=people.client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={})


def test_client_secret_is_proved_by_its_hash(people, refused):
    """A client with a secret takes the hash of it, and nothing else."""
    made = people.api.create_user_pool_client(
        UserPoolId=people.pool, ClientName="secret", GenerateSecret=True, ExplicitAuthFlows=FLOWS
    )["UserPoolClient"]
    client, user = made["ClientId"], people.user()
    with refused(
        "NotAuthorizedException",
        f"Client {client} is configured with secret but SECRET_HASH was not received",
    ):
        people.sign_in(user, client=client)

    from pycognito import AWSSRP

    proof = AWSSRP.get_secret_hash(user, client, made["ClientSecret"])
    parameters = {"USERNAME": user, "PASSWORD": PASSWORD, "SECRET_HASH": proof}
    tokens = people.api.initiate_auth(
        ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=parameters
    )
    assert "AccessToken" in tokens["AuthenticationResult"]
    with refused("NotAuthorizedException", f"Unable to verify secret hash for client {client}"):
        people.api.initiate_auth(
            ClientId=client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={**parameters, "SECRET_HASH": proof[:-4] + "AAA="},
        )


def test_five_failures_lock_and_time_unlocks(people, refused):
    """While locked even the right password is refused; the lock ends by itself."""
    user = people.user()
    for _ in range(5):
        with pytest.raises(ClientError):
            people.sign_in(user, "wrong")

    with refused("NotAuthorizedException", "Password attempts exceeded"):
        people.sign_in(user)
    people.service.clock.advance(2)
    assert "AuthenticationResult" in people.sign_in(user)


def test_parallel_guesses_do_not_outrun_the_lock(people):
    """Twenty guesses at once are counted one by one: at most five are judged."""
    user = people.user()

    def guess(number: int) -> str:
        try:
            people.sign_in(user, f"wrong {number}")
        except ClientError as error:
            return error.response["Error"]["Message"]
        return "let in"

    with ThreadPoolExecutor(20) as crowd:
        answers = list(crowd.map(guess, range(20)))
    assert answers.count("Incorrect username or password.") <= 6
    assert "Password attempts exceeded" in answers
    assert "let in" not in answers


def test_compromised_password_asks_for_a_reset(people, refused):
    """A right but commonly known password resets the user; the event says why."""
    user = people.user("Password123!")
    with refused("PasswordResetRequiredException", "Password reset required for the user"):
        people.sign_in(user, "Password123!")

    assert people.status(user) == "RESET_REQUIRED"
    assert people.events(user)[0]["EventRisk"]["CompromisedCredentialsDetected"] is True
    with refused("PasswordResetRequiredException", "Password reset required for the user"):
        people.sign_in(user, "Password123!")
