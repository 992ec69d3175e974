"""Signing up, recovering and changing a password are scored like sign-ins, and stopped with more care."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from outbox_reader import messages_to, newest_code
from people import AWAY, CHROME, FIREFOX, HOME, PASSWORD, People
from service import Service, settings_for

SECURITY = "Unable to login because of security reasons."
NEW = "N3w-horse-battery!"
ARN = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/"


@pytest.fixture(scope="module")
def proxied(tmp_path_factory):
    """A service behind a proxy on this machine, which says where callers come from."""
    settings = settings_for(tmp_path_factory.mktemp("acts"), trusted_proxies=("127.0.0.1/32",))
    with Service(settings) as running:
        yield running


@pytest.fixture
def people(proxied) -> People:
    people = People(proxied)
    people.pool_with(AutoVerifiedAttributes=["email"], UserPoolTags={"riskengine:test-mode": "on"})
    people.actions("NO_ACTION", "NO_ACTION", "BLOCK")
    return people


@pytest.fixture
def alice(people) -> str:
    return people.reachable(people.user(), email=mail(people))


def mail(people: People) -> str:
    return f"{people.pool}@example.com"


def at(people: People, address: str = HOME, agent: str = CHROME, **headers: str) -> Any:
    """A client of the public API at this address."""
    client = people.service.boto3(user_agent=agent)
    given = {"X-Forwarded-For": address, **headers}
    client.meta.events.register(
        "before-call.cognito-identity-provider", lambda params, **_: params["headers"].update(given)
    )
    return client


def forced(people: People, level: str = "high") -> Any:
    return at(people, **{"X-Riskengine-Test": f"risk={level}"})


def newest(people: People, user: str) -> dict[str, Any]:
    event = people.events(user)[0]
    risk = event["EventRisk"]
    return {
        "type": event["EventType"],
        "response": event["EventResponse"],
        "level": risk.get("RiskLevel"),
        "decision": risk["RiskDecision"],
    }


def sign_up(people: People, client: Any, name: str = "new") -> None:
    client.sign_up(
        ClientId=people.client,
        Username=name,
        Password=PASSWORD,
        UserAttributes=[{"Name": "email", "Value": mail(people)}],
    )


def confirm_sign_up(people: People, client: Any, name: str = "new") -> None:
    code = newest_code(people.service, mail(people))
    client.confirm_sign_up(ClientId=people.client, Username=name, ConfirmationCode=code)


def forget(people: People, client: Any, user: str) -> dict[str, Any]:
    return client.forgot_password(ClientId=people.client, Username=user)["CodeDeliveryDetails"]


def confirm(people: People, client: Any, user: str, code: str | None = None) -> None:
    client.confirm_forgot_password(
        ClientId=people.client,
        Username=user,
        ConfirmationCode=code or newest_code(people.service, mail(people)),
        Password=NEW,
    )


def test_every_act_is_scored_and_written_down(people, alice):
    """Level and decision stand in each event; what has no second factor is let through."""
    people.actions("NO_ACTION", "MFA_REQUIRED", "BLOCK")
    medium = forced(people, "medium")
    sign_up(people, medium)
    assert newest(people, "new") == {
        "type": "SignUp",
        "response": "InProgress",
        "level": "Medium",
        "decision": "AccountTakeover",
    }
    medium.resend_confirmation_code(ClientId=people.client, Username="new")
    confirm_sign_up(people, medium)
    token = people.sign_in("new")["AuthenticationResult"]["AccessToken"]
    medium.change_password(AccessToken=token, PreviousPassword=PASSWORD, ProposedPassword=NEW)
    forget(people, medium, alice)
    confirm(people, medium, alice)
    told = [(each["EventType"], each["EventResponse"]) for each in people.events("new")]
    assert told == [
        ("PasswordChange", "Pass"),
        ("SignIn", "Pass"),
        ("SignUp", "Pass"),
        ("ResendCode", "Pass"),
        ("SignUp", "InProgress"),
    ]
    assert [each["EventType"] for each in people.events(alice)] == ["PasswordChange", "ForgotPassword"]
    acts = [each for each in people.events("new") + people.events(alice) if each["EventType"] != "SignIn"]
    assert {each["EventRisk"]["RiskLevel"] for each in acts} == {"Medium"}


def test_block_stops_a_sign_up_before_anything(people, refused):
    with refused("NotAuthorizedException", SECURITY):
        sign_up(people, forced(people))
    with pytest.raises(people.api.exceptions.UserNotFoundException):
        people.api.admin_get_user(UserPoolId=people.pool, Username="new")
    sign_up(people, forced(people, "medium"))
    confirm_sign_up(people, forced(people))
    assert newest(people, "new")["response"] == "Pass"


def test_block_stops_a_password_change_before_the_present_one_is_looked_at(people, alice, refused):
    token = people.sign_in(alice)["AuthenticationResult"]["AccessToken"]
    for password in ("wrong", PASSWORD):
        with refused("NotAuthorizedException", SECURITY):
            forced(people).change_password(AccessToken=token, PreviousPassword=password, ProposedPassword=NEW)
    assert newest(people, alice)["decision"] == "Block"
    assert "AuthenticationResult" in people.sign_in(alice)


def test_block_stops_asking_for_codes(people, alice, refused):
    """Where existence is no secret, the caller is told."""
    with refused("NotAuthorizedException", SECURITY):
        forget(people, forced(people), alice)
    assert newest(people, alice) == {
        "type": "ForgotPassword",
        "response": "Fail",
        "level": "High",
        "decision": "Block",
    }
    sign_up(people, at(people))
    with refused("NotAuthorizedException", SECURITY):
        forced(people).resend_confirmation_code(ClientId=people.client, Username="new")


def test_block_gives_nobody_away(people, alice, refused):
    """Where existence is hidden, a stopped owner's name is answered as nobody's is, and no code goes out."""
    people.client = people.new_client(PreventUserExistenceErrors="ENABLED")
    client = forced(people)
    sent = len(messages_to(people.service, mail(people)))
    for name in (alice, "nobody"):
        details = forget(people, client, name)
        assert set(details) == {"Destination", "DeliveryMedium", "AttributeName"}
        assert details["DeliveryMedium"] == "EMAIL"
        for _ in range(2):
            with refused("CodeMismatchException", "Invalid verification code provided, please try again."):
                confirm(people, client, name, "123456x")
    assert len(messages_to(people.service, mail(people))) == sent
    found = [each for each in people.events(alice) if each["EventType"] == "ForgotPassword"]
    assert [(each["EventResponse"], each["EventRisk"]["RiskDecision"]) for each in found] == [
        ("Fail", "Block")
    ]


def test_right_code_from_a_stopped_place_is_spent(people, alice, refused):
    """Its holder learns that it was stopped, and can't look for a place that passes."""
    forget(people, at(people), alice)
    code = newest_code(people.service, mail(people))
    with refused("NotAuthorizedException", SECURITY):
        confirm(people, forced(people), alice, code)
    with refused("ExpiredCodeException", "Invalid code provided, please request a code again."):
        confirm(people, at(people), alice, code)
    forget(people, at(people), alice)
    confirm(people, at(people), alice)
    assert "AuthenticationResult" in people.sign_in(alice, NEW)


def at_home_for_days(people: People, user: str) -> None:
    # Ten past the hour: what follows stays within it, and hours speak for themselves.
    people.service.clock.advance((600 - people.seconds()) % 3600)
    for _ in range(6):
        people.service.clock.advance(86_400)
        at(people).initiate_auth(
            ClientId=people.client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": user, "PASSWORD": PASSWORD},
        )


def test_owner_recovers_from_home_while_strangers_are_stopped(people, alice, refused):
    """An odd browser at an address that attacks is a risk even at home; there BLOCK stops nobody."""
    at_home_for_days(people, alice)
    people.actions("BLOCK", "BLOCK", "BLOCK")
    for number in range(30):
        for place, agent, user in ((AWAY, FIREFOX, alice), (HOME, FIREFOX, f"name{number}")):
            with pytest.raises(ClientError):
                people.sign_in_from(place, agent, user, "wrong")
        people.service.clock.advance(60)
    with refused("NotAuthorizedException", SECURITY):
        forget(people, at(people, AWAY, FIREFOX), alice)
    assert newest(people, alice)["level"] == "High"
    assert newest(people, alice)["decision"] == "Block"
    odd = {"Accept-Language": "zz", "Sec-CH-UA": '"HeadlessChrome";v="9"', "Sec-CH-UA-Platform": '"Linux"'}
    forget(people, at(people, **odd), alice)
    home = newest(people, alice)
    assert home["level"] is not None
    assert (home["decision"], home["response"]) == ("AccountTakeover", "Pass")
    confirm(people, at(people), alice)


def test_audit_stops_nothing(people, alice):
    """The event says what ENFORCED would have done."""
    people.pool_with(
        AutoVerifiedAttributes=["email"],
        UserPoolAddOns={"AdvancedSecurityMode": "AUDIT"},
        UserPoolTags={"riskengine:test-mode": "on"},
    )
    people.actions("BLOCK", "BLOCK", "BLOCK")
    user = people.reachable(people.user(), email=mail(people))
    forget(people, forced(people), user)
    assert newest(people, user) == {
        "type": "ForgotPassword",
        "response": "Pass",
        "level": "High",
        "decision": "Block",
    }
    confirm(people, forced(people), user)


def inside(people: People, user: str):
    """The profile, and what the pool's engine has counted."""

    async def read(services):
        found = await services.storage.users.find(people.pool, user)
        stored = await services.storage.profiles.find(people.pool, found.sub)
        engine = await services.risk.engine(people.pool, services.clock.now())
        return stored.profile, engine.population.to_state()

    return people.service.do(read)


def test_acts_teach_nothing(people, alice):
    """Neither a stranger's nor the owner's own make anything familiar, or count for the pool."""
    at_home_for_days(people, alice)
    people.actions("NO_ACTION", "NO_ACTION", "NO_ACTION")
    before = inside(people, alice)
    for client in (at(people), at(people, AWAY, FIREFOX)):
        forget(people, client, alice)
        confirm(people, client, alice)
    assert inside(people, alice) == before


def test_confirmed_sign_up_seeds_the_profile(people):
    """Where somebody signed up is known at once; the first sign-in is still the first."""
    sign_up(people, at(people))
    assert inside(people, "new")[0].known == {}
    confirm_sign_up(people, at(people))
    profile, population = inside(people, "new")
    assert profile.learned == 0
    assert {"ip", "country", "agent"} <= set(profile.known)
    at(people).initiate_auth(
        ClientId=people.client,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "new", "PASSWORD": PASSWORD},
    )
    later, counted = inside(people, "new")
    assert later.learned == 1
    assert counted != population
    assert later.known["ip"].keys() == profile.known["ip"].keys()


def test_risky_sign_up_seeds_nothing(people):
    sign_up(people, forced(people, "medium"))
    confirm_sign_up(people, forced(people, "medium"))
    assert inside(people, "new")[0].known == {}
