"""Compromised credentials: every door that a password comes through, every setting; by boto3."""

import itertools

import pytest
from botocore.exceptions import ClientError
from outbox_reader import newest_code
from people import PASSWORD, SENDER, People
from pycognito import AWSSRP

from riskengine.base.secret import Secret
from riskengine.flows.own_passwords import add_passwords, clear_passwords
from riskengine.telemetry import REGISTRY

KNOWN = "Password123!"
RESET = "Password reset required for the user"
REFUSED = "Provided password cannot be used for security reasons."
EVENTS = ("SIGN_IN", "SIGN_UP", "PASSWORD_CHANGE")
_names = itertools.count(1)


def screening(people: People, action: str = "BLOCK", events=None, **more) -> None:
    settings = {"Actions": {"EventAction": action}}
    if events is not None:
        settings["EventFilter"] = list(events)
    people.api.set_risk_configuration(
        UserPoolId=people.pool, CompromisedCredentialsRiskConfiguration=settings, **more
    )


def first_password(people: People, user: str) -> dict:
    """The challenge that an invited user gets."""
    people.api.admin_set_user_password(
        UserPoolId=people.pool, Username=user, Password=PASSWORD, Permanent=False
    )
    return people.sign_in(user)


def by_password(people, user, password):
    people.api.admin_set_user_password(
        UserPoolId=people.pool, Username=user, Password=password, Permanent=True
    )
    people.sign_in(user, password)


def by_the_apps_server(people, user, password):
    people.api.admin_set_user_password(
        UserPoolId=people.pool, Username=user, Password=password, Permanent=True
    )
    people.sign_in_from("88.88.12.34", "curl/8", user, password)


def by_choice(people, user, password):
    people.api.admin_set_user_password(
        UserPoolId=people.pool, Username=user, Password=password, Permanent=True
    )
    people.api.initiate_auth(
        ClientId=people.client,
        AuthFlow="USER_AUTH",
        AuthParameters={"USERNAME": user, "PASSWORD": password, "PREFERRED_CHALLENGE": "PASSWORD"},
    )


def by_choice_when_asked(people, user, password):
    people.api.admin_set_user_password(
        UserPoolId=people.pool, Username=user, Password=password, Permanent=True
    )
    asked = people.api.initiate_auth(
        ClientId=people.client,
        AuthFlow="USER_AUTH",
        AuthParameters={"USERNAME": user, "PREFERRED_CHALLENGE": "PASSWORD"},
    )
    people.answer(asked, user, PASSWORD=password)


def by_signing_up(people, user, password):
    people.api.sign_up(ClientId=people.client, Username=user, Password=password)


def by_confirming(people, user, password):
    people.reachable(user, email=f"{user}@example.com")
    people.api.forgot_password(ClientId=people.client, Username=user)
    code = newest_code(people.service, f"{user}@example.com")
    people.api.confirm_forgot_password(
        ClientId=people.client, Username=user, ConfirmationCode=code, Password=password
    )


def by_changing(people, user, password):
    token = people.sign_in(user)["AuthenticationResult"]["AccessToken"]
    people.api.change_password(AccessToken=token, PreviousPassword=PASSWORD, ProposedPassword=password)


def by_answering(people, user, password):
    people.answer(first_password(people, user), user, NEW_PASSWORD=password)


def by_answering_through_the_apps_server(people, user, password):
    people.api.admin_set_user_password(
        UserPoolId=people.pool, Username=user, Password=PASSWORD, Permanent=False
    )
    asked = people.sign_in_from("88.88.12.34", "curl/8", user)
    people.answer(asked, user, admin=True, NEW_PASSWORD=password)


DOORS = {
    by_password: "SIGN_IN",
    by_the_apps_server: "SIGN_IN",
    by_choice: "SIGN_IN",
    by_choice_when_asked: "SIGN_IN",
    by_signing_up: "SIGN_UP",
    by_confirming: "PASSWORD_CHANGE",
    by_changing: "PASSWORD_CHANGE",
    by_answering: "PASSWORD_CHANGE",
    by_answering_through_the_apps_server: "PASSWORD_CHANGE",
}
ANSWERS = {
    "SIGN_IN": ("PasswordResetRequiredException", RESET),
    "SIGN_UP": ("InvalidPasswordException", REFUSED),
    "PASSWORD_CHANGE": ("InvalidPasswordException", REFUSED),
}


def newcomer(people: People, door) -> str:
    """A user, or the name of one to be."""
    if door is not by_signing_up:
        return people.user()
    return f"newcomer{next(_names)}"


def outcome(people, door, user, password=KNOWN) -> tuple[str, str]:
    try:
        door(people, user, password)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"]["Message"]
    return "done", ""


def detected(people: People, user: str) -> bool:
    """Whether an event of the user, or of a name that nobody has, tells of a compromised password."""

    async def stored(services):
        found = await services.storage.users.find(people.pool, user)
        sub = found.sub if found else ""
        return await services.storage.events.list_(people.pool, sub, before=None, limit=60)

    return any(event.is_compromised for event in people.service.do(stored))


@pytest.fixture(scope="module")
def pools(turned_service):
    """A pool of each mode; users are made anew, settings replaced."""
    made = {}
    for mode in ("OFF", "AUDIT", "ENFORCED"):
        people = People(turned_service, mode=mode)
        people.api.update_user_pool(
            UserPoolId=people.pool,
            UserPoolAddOns={"AdvancedSecurityMode": mode},
            EmailConfiguration=SENDER,
            Policies={"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD"]}},
        )
        made[mode] = people
    return made


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("mode", ["AUDIT", "ENFORCED"])
@pytest.mark.parametrize("action", ["BLOCK", "NO_ACTION"])
def test_every_door_by_action_mode_and_filter(pools, door, mode, action):
    """Refused where it is enforced, blocked and looked for; noted wherever it is looked for."""
    people, event = pools[mode], DOORS[door]
    others = [name for name in EVENTS if name != event]
    for events, is_looked_for in ((None, True), ([event], True), (others, False)):
        screening(people, action, events)
        user = newcomer(people, door)
        is_refused = is_looked_for and (mode, action) == ("ENFORCED", "BLOCK")

        assert outcome(people, door, user) == (ANSWERS[event] if is_refused else ("done", ""))
        assert detected(people, user) == is_looked_for
        screening(people, action)
        fresh = newcomer(people, door)
        assert outcome(people, door, fresh, "Gr4vel-otter-picnic") == ("done", "")
        assert not detected(people, fresh)


@pytest.mark.parametrize("door", DOORS)
def test_off_looks_at_nothing(pools, door):
    people = pools["OFF"]
    user = newcomer(people, door)

    assert outcome(people, door, user) == ("done", "")
    assert not detected(people, user)


def test_a_blocked_sign_in_ends_in_a_reset_that_a_code_ends(pools, refused):
    """The status, every later right password, and the way out."""
    people = pools["ENFORCED"]
    screening(people)
    user = people.reachable(people.user(KNOWN), email="reset@example.com")
    for _ in range(2):
        with refused("PasswordResetRequiredException", RESET):
            people.sign_in(user, KNOWN)
        assert people.status(user) == "RESET_REQUIRED"
    first = people.events(user)[-1]
    assert first["EventResponse"] == "Fail"
    assert first["EventRisk"]["RiskDecision"] == "Block"
    assert first["EventRisk"]["CompromisedCredentialsDetected"] is True

    by_confirming(people, user, "Gr4vel-otter-picnic")
    assert people.status(user) == "CONFIRMED"
    assert "AuthenticationResult" in people.sign_in(user, "Gr4vel-otter-picnic")


def test_what_is_refused_has_not_happened(pools):
    """No user after a refused sign-up; the old password after a refused change; the challenge stays open."""
    people = pools["ENFORCED"]
    screening(people)
    name = newcomer(people, by_signing_up)
    assert outcome(people, by_signing_up, name) == ANSWERS["SIGN_UP"]
    with pytest.raises(people.api.exceptions.UserNotFoundException):
        people.api.admin_get_user(UserPoolId=people.pool, Username=name)

    user = people.user()
    assert outcome(people, by_changing, user) == ANSWERS["PASSWORD_CHANGE"]
    assert "AuthenticationResult" in people.sign_in(user)

    invited = people.user()
    asked = first_password(people, invited)
    for _ in range(2):
        with pytest.raises(ClientError, match=REFUSED):
            people.answer(asked, invited, NEW_PASSWORD=KNOWN)
        assert people.status(invited) == "FORCE_CHANGE_PASSWORD"
    assert "AuthenticationResult" in people.answer(asked, invited, NEW_PASSWORD="Gr4vel-otter-picnic")
    assert people.events(invited)[0]["EventResponse"] == "Pass"


def test_only_a_right_password_is_looked_up(pools):
    """A guess is no password of the user's: nothing is told of it, and nobody is reset by it."""
    people = pools["ENFORCED"]
    screening(people)
    user = people.user()
    with pytest.raises(people.api.exceptions.NotAuthorizedException):
        people.sign_in(user, KNOWN)

    assert not detected(people, user)
    assert people.status(user) == "CONFIRMED"


def test_the_skip_list_exempts_nobody(pools):
    """It turns off scoring, not this."""
    people = pools["ENFORCED"]
    skipped = {"SkippedIPRangeList": ["127.0.0.0/8", "::1/128", "88.88.0.0/16"]}
    screening(people, RiskExceptionConfiguration=skipped)
    for door, event in DOORS.items():
        assert outcome(people, door, newcomer(people, door)) == ANSWERS[event]


def test_administrators_set_what_they_like(pools):
    """AdminSetUserPassword and AdminCreateUser are not screened, of either kind."""
    people = pools["ENFORCED"]
    screening(people)
    user = people.user()
    for permanent in (True, False):
        people.api.admin_set_user_password(
            UserPoolId=people.pool, Username=user, Password=KNOWN, Permanent=permanent
        )
    people.api.admin_create_user(
        UserPoolId=people.pool, Username=f"{user}-2", TemporaryPassword=KNOWN, MessageAction="SUPPRESS"
    )
    assert not detected(people, user)


def test_what_is_never_sent_is_never_screened(service):
    """SRP proves a password without showing it."""
    people = People(service)  # pycognito stamps its claims with the machine's time
    screening(people)
    user = people.user(KNOWN)
    tokens = AWSSRP(
        username=user, password=KNOWN, pool_id=people.pool, client_id=people.client, client=people.api
    ).authenticate_user()

    assert "AccessToken" in tokens["AuthenticationResult"]
    assert not detected(people, user)


def test_cognitos_metric_counts_them(pools):
    people = pools["AUDIT"]
    screening(people)

    def counted(operation: str) -> float:
        labels = {"operation": operation, "user_pool_id": people.pool, "risk_level": "high"}
        return REGISTRY.get_sample_value("cognito_compromised_credential_risk_total", labels) or 0

    for door, operation in (
        (by_password, "SignIn"),
        (by_signing_up, "SignUp"),
        (by_changing, "PasswordChange"),
        (by_answering, "PasswordChange"),
    ):
        before = counted(operation)
        outcome(people, door, newcomer(people, door))
        assert counted(operation) == before + 1


class TestOwnList:
    """What a pool's operator does not want."""

    def add(self, people: People, *passwords: str) -> None:
        secrets = [Secret(password) for password in passwords]
        people.service.do(
            lambda services: add_passwords(services, people.pool, secrets, progress=lambda _: None)
        )

    def test_it_holds_from_the_next_request_on_and_until_it_is_cleared(self, pools):
        people = pools["ENFORCED"]
        screening(people)
        assert outcome(people, by_changing, people.user(), "Zebrafish-42x!") == ("done", "")

        self.add(people, "zebrafish-42x", "Größe Tür")
        for spelling in ("Zebrafish-42x!", "ZEBRAFISH-42x!!", "zeBrafish-42X", "Größe TÜR1"):
            refused = spelling != "Größe TÜR1"  # a digit is no decoration
            user = people.user()
            expected = ANSWERS["PASSWORD_CHANGE"] if refused else ("done", "")
            assert outcome(people, by_changing, user, spelling) == expected, spelling
        people.service.do(lambda services: clear_passwords(services, people.pool))
        assert outcome(people, by_changing, people.user(), "Zebrafish-42x!") == ("done", "")

    def test_it_is_this_pools_alone(self, pools):
        people, other = pools["ENFORCED"], pools["AUDIT"]
        self.add(other, "zebrafish-42x")
        screening(people)
        screening(other)

        assert outcome(people, by_changing, people.user(), "Zebrafish-42x!") == ("done", "")
        user = other.user()
        assert outcome(other, by_changing, user, "Zebrafish-42x!") == ("done", "")
        assert detected(other, user)
        other.service.do(lambda services: clear_passwords(services, other.pool))

    def test_what_is_stored_tells_nothing(self, pools):
        """Keyed digests, different in each pool."""
        people = pools["ENFORCED"]

        async def digests(services):
            return [
                digest
                for pool in (people.pool, "other")
                for digest in services.screening.digests(pool, Secret("zebrafish-42x"))
            ]

        first, second = people.service.do(digests)
        assert first != second
        assert len(first) == 32
