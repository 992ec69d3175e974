"""A block around the account must not become a weapon against its owner, nor tell who exists."""

import base64
import hmac
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError
from outbox_reader import messages_to, newest_code
from people import AWAY, FIREFOX, PASSWORD, People

NEW = "N3w-horse-battery!"
TEST_POOL = {"riskengine:test-mode": "on"}


@pytest.fixture
def people(turned_service) -> People:
    people = People(turned_service)
    people.pool_with(AutoVerifiedAttributes=["email"], UserPoolTags=TEST_POOL)
    people.actions("NO_ACTION", "NO_ACTION", "BLOCK")
    people.client = people.new_client(PreventUserExistenceErrors="ENABLED")
    return people


@pytest.fixture
def owner(people) -> str:
    return people.reachable(people.user(), email=address(people))


def address(people: People) -> str:
    return f"{people.pool}@example.com"


@contextmanager
def high_risk(people: People):
    """Whatever is sent meanwhile is a stranger's."""

    def add(params: dict[str, Any], **_: object) -> None:
        params["headers"]["X-Riskengine-Test"] = "risk=high"

    people.api.meta.events.register("before-call.cognito-identity-provider", add)
    yield
    people.api.meta.events.unregister("before-call.cognito-identity-provider", add)


def forget(people: People, name: str) -> object:
    try:
        details = people.api.forgot_password(ClientId=people.client, Username=name)["CodeDeliveryDetails"]
    except ClientError as error:
        return error.response["Error"]
    return sorted(details)


def confirm(people: People, name: str, code: str) -> str:
    try:
        people.api.confirm_forgot_password(
            ClientId=people.client, Username=name, ConfirmationCode=code, Password=NEW
        )
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "changed"


def test_stranger_s_request_leaves_the_owner_s_code(people, owner):
    """The owner has the mail; what a stranger asks for in their name is stopped, and spoils nothing."""
    forget(people, owner)
    code = newest_code(people.service, address(people))
    with high_risk(people):
        assert forget(people, owner) == ["AttributeName", "DeliveryMedium", "Destination"]
    assert len(messages_to(people.service, address(people))) == 1
    assert confirm(people, owner, code) == "changed"


def test_stranger_s_request_leaves_the_code_of_a_sign_up(people):
    """The same for the code that confirms."""
    one = {"ClientId": people.client, "Username": "new"}
    mail = [{"Name": "email", "Value": address(people)}]
    people.api.sign_up(**one, Password=PASSWORD, UserAttributes=mail)
    code = newest_code(people.service, address(people))
    with high_risk(people):
        people.api.resend_confirmation_code(**one)
    people.api.confirm_sign_up(**one, ConfirmationCode=code)
    assert people.status("new") == "CONFIRMED"


@pytest.mark.parametrize("has_code", [False, True])
def test_somebody_and_nobody_are_answered_alike_to_the_end(people, owner, has_code):
    """Request by request, guess by guess, until there were too many; with and without a code that is out."""
    seen = []
    for name in (owner, "nobody"):
        told = [forget(people, name)] if has_code else []
        with high_risk(people):
            for _ in range(5 - len(told)):
                told.append(forget(people, name))
                told += [confirm(people, name, "12345x") for _ in range(3)]
            told.append(forget(people, name))
        seen.append(told)
    assert seen[0] == seen[1]
    assert seen[0][-1]["Code"] == "LimitExceededException"
    assert "CodeMismatchException" in seen[0]


def with_secret(people: People) -> dict[str, str]:
    """A client of the app's server, which may tell where its users are."""
    return people.api.create_user_pool_client(
        UserPoolId=people.pool,
        ClientName="server",
        GenerateSecret=True,
        EnablePropagateAdditionalUserContextData=True,
    )["UserPoolClient"]


def secret_hash(client: dict[str, str], name: str) -> str:
    text = (name + client["ClientId"]).encode()
    return base64.b64encode(hmac.digest(client["ClientSecret"].encode(), text, "sha256")).decode()


@pytest.mark.parametrize(("is_server", "told", "sent"), [(True, None, 1), (True, AWAY, 0), (False, None, 0)])
def test_server_that_does_not_tell_its_users_addresses_locks_nobody_out(people, owner, is_server, told, sent):
    """Its own address says nothing of them: the risk is written down; who tells is held to it."""
    people.habits(owner)
    for _ in range(12):
        with pytest.raises(ClientError):
            people.sign_in_from(AWAY, FIREFOX, owner, "wrong")
    event = people.events(owner)[0]["EventId"]
    people.api.admin_update_auth_event_feedback(
        UserPoolId=people.pool, Username=owner, EventId=event, FeedbackValue="Invalid"
    )
    people.actions("BLOCK", "BLOCK", "BLOCK")
    arguments: dict[str, Any] = {"ClientId": people.client, "Username": owner}
    if is_server:
        client = with_secret(people)
        arguments |= {"ClientId": client["ClientId"], "SecretHash": secret_hash(client, owner)}
    if told:
        arguments["UserContextData"] = {"IpAddress": told}
    try:
        people.api.forgot_password(**arguments)
    except people.api.exceptions.NotAuthorizedException:
        assert sent == 0
    assert people.events(owner)[0]["EventRisk"]["RiskLevel"] in {"Low", "Medium", "High"}
    assert len(messages_to(people.service, address(people))) == sent


def test_change_through_a_server_is_not_stopped(people, owner):
    """Its address is no user's; from the user's own device the same is stopped."""
    people.client = people.new_client()
    server = with_secret(people)
    people.api.update_user_pool_client(
        UserPoolId=people.pool,
        ClientId=server["ClientId"],
        ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
    )
    through_server = people.api.admin_initiate_auth(
        UserPoolId=people.pool,
        ClientId=server["ClientId"],
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={
            "USERNAME": owner,
            "PASSWORD": PASSWORD,
            "SECRET_HASH": secret_hash(server, owner),
        },
    )["AuthenticationResult"]["AccessToken"]
    own = people.sign_in(owner)["AuthenticationResult"]["AccessToken"]
    change = {"PreviousPassword": PASSWORD, "ProposedPassword": NEW}
    with high_risk(people):
        with pytest.raises(ClientError, match="security reasons"):
            people.api.change_password(AccessToken=own, **change)
        people.api.change_password(AccessToken=through_server, **change)
    event = people.events(owner)[0]["EventRisk"]
    assert (event["RiskLevel"], event["RiskDecision"]) == ("High", "AccountTakeover")
