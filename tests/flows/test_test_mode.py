"""Test mode: in a pool so tagged, and nowhere else, requests say what threat protection finds."""

import dataclasses

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from people import PASSWORD, People

from riskengine import api
from riskengine.flows.test_mode import Forced, by_header, by_names
from riskengine.risk import Level

SECURITY = "Unable to login because of security reasons."
LEVELS = {"none": None, "low": "Low", "medium": "Medium", "high": "High"}
QUICK = {("name", "none"), ("header", "medium"), ("context", "high")}
ARN = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/"


def tagged(people: People) -> People:
    people.api.tag_resource(ResourceArn=ARN + people.pool, Tags={"riskengine:test-mode": "on"})
    return people


@pytest.fixture
def tested(people) -> People:
    return tagged(people)


def named(people: People, name: str, password: str = PASSWORD) -> str:
    people.api.admin_create_user(UserPoolId=people.pool, Username=name, MessageAction="SUPPRESS")
    people.api.admin_set_user_password(
        UserPoolId=people.pool, Username=name, Password=password, Permanent=True
    )
    return name


def with_header(people: People, header: str | None):
    """The same people, whose calls carry the header."""
    api_ = people.service.boto3()
    if header is not None:
        api_.meta.events.register(
            "before-call.cognito-identity-provider",
            lambda params, **_: params["headers"].update({"X-Riskengine-Test": header}),
        )
    return api_


def sign_in(people: People, user: str, header: str | None = None) -> dict:
    return with_header(people, header).initiate_auth(
        ClientId=people.client,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": user, "PASSWORD": PASSWORD},
    )


def stored(people: People, user: str):
    """The newest event, the profile's version and what the pool's engine has counted."""

    async def read(services):
        found = await services.storage.users.find(people.pool, user)
        events = await services.storage.events.list_(people.pool, found.sub, before=None, limit=1)
        profile = await services.storage.profiles.find(people.pool, found.sub)
        engine = await services.risk.engine(people.pool, services.clock.now())
        return events[0], profile.version, engine.population.to_state()

    return people.service.do(read)


@pytest.mark.parametrize(
    ("way", "level"),
    [
        pytest.param(way, level, marks=[] if (way, level) in QUICK else pytest.mark.slow)
        for way in ("name", "header", "context")
        for level in LEVELS
    ],
)
def test_forces_each_level(tested, level, way):
    """By the user name, the header, or the header beside others that an app's server passes on."""
    tested.actions("NO_ACTION", "NO_ACTION", "NO_ACTION")
    user = named(tested, f"ann.risk-{level}" if way == "name" else "ann")
    if way == "context":
        headers = [{"headerName": "x-riskengine-test", "headerValue": f"risk={level}"}]
        context = {"IpAddress": "88.88.12.34", "ServerName": "a", "ServerPath": "/", "HttpHeaders": headers}
        tested.api.admin_initiate_auth(
            UserPoolId=tested.pool,
            ClientId=tested.client,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": user, "PASSWORD": PASSWORD},
            ContextData=context,
        )
    else:
        sign_in(tested, user, f"risk={level}" if way == "header" else None)

    risk = tested.events(user)[0]["EventRisk"]
    assert risk.get("RiskLevel") == LEVELS[level]
    assert risk["RiskDecision"] == ("NoRisk" if level == "none" else "AccountTakeover")
    event, _, _ = stored(tested, user)
    assert event.reasons[-1].code == "TEST_MODE"
    assert sum(reason.points for reason in event.reasons) == event.score
    low, medium, high = event.thresholds
    assert event.score == {"none": low - 1, "low": low, "medium": medium, "high": high}[level]


def test_forced_events_teach_nothing(tested):
    """Neither the user's habits nor the pool's counts change, however a forced sign-in ends."""
    tested.actions("NO_ACTION", "NO_ACTION", "BLOCK")
    user = named(tested, "ann")
    sign_in(tested, user)
    _, version, population = stored(tested, user)
    for header in ("risk=none", "risk=low", "compromised=false"):
        sign_in(tested, user, header)
    with pytest.raises(ClientError):
        sign_in(tested, user, "risk=high")
    event, after, later = stored(tested, user)
    assert (after, later) == (version, population)
    assert (event.decision, event.attempt) == ("Block", None)
    sign_in(tested, user)
    assert stored(tested, user)[1] > version


def test_forced_levels_act(tested, refused):
    """The configured response follows, as it would for a level that was found."""
    tested.mfa("OPTIONAL")
    tested.actions("NO_ACTION", "MFA_IF_CONFIGURED", "BLOCK")
    user = named(tested, "ann")
    tested.register_totp(sign_in(tested, user)["AuthenticationResult"]["AccessToken"])
    assert sign_in(tested, user, "risk=medium")["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    assert "AuthenticationResult" in sign_in(tested, user, "risk=low")
    with refused("NotAuthorizedException", SECURITY):
        sign_in(tested, user, "risk=high")


def test_forces_compromised_verdicts(tested):
    """A good password is called known and a known one good; both endings of a name work together."""
    with pytest.raises(ClientError, match="PasswordResetRequired"):
        tested.sign_in(named(tested, "bob.compromised"))
    user = named(tested, "bob.risk-low.not-compromised", "P@ssw0rd")
    assert "AuthenticationResult" in tested.sign_in(user, "P@ssw0rd")
    event, _, _ = stored(tested, user)
    assert (event.level, event.is_compromised) == ("Low", False)
    with pytest.raises(ClientError, match="InvalidPasswordException"):
        tested.api.sign_up(ClientId=tested.client, Username="eve.compromised", Password=PASSWORD)


def test_audit_records_what_is_forced(new_people):
    """AUDIT writes the forced level down and lets the sign-in go on."""
    people = tagged(new_people(mode="AUDIT"))
    screened = {"CompromisedCredentialsRiskConfiguration": {"Actions": {"EventAction": "BLOCK"}}}
    people.actions("BLOCK", "BLOCK", "BLOCK", **screened)
    user = named(people, "ann.risk-high.compromised")
    assert "AuthenticationResult" in people.sign_in(user)
    risk = people.events(user)[0]["EventRisk"]
    assert (risk["RiskLevel"], risk["CompromisedCredentialsDetected"]) == ("High", True)


def test_off_finds_nothing(new_people):
    """With threat protection off nothing is looked at, whatever a request wants."""
    people = tagged(new_people(mode="OFF"))
    assert "AuthenticationResult" in people.sign_in(named(people, "ann.risk-high.compromised"))


@pytest.mark.parametrize("tags", [{}, {"riskengine:test-mode": "off"}])
def test_other_pools_do_not_react(people, tags):
    """Without the tag, suffix and header are letters like any others; even unreadable ones."""
    people.pool_with(UserPoolTags=tags)
    people.actions("NO_ACTION", "BLOCK", "BLOCK")
    user = named(people, "ann.risk-high.compromised")
    for header in (None, "risk=high; compromised=true", "nonsense"):
        assert "AuthenticationResult" in sign_in(people, user, header)
        event, _, _ = stored(people, user)
        assert event.attempt is not None
        assert "TEST_MODE" not in {reason.code for reason in event.reasons}


def test_unreadable_header_is_told(tested):
    with pytest.raises(ClientError, match="X-Riskengine-Test can't be read"):
        sign_in(tested, named(tested, "ann"), "risk=highest")


@given(st.text(max_size=300))
def test_any_header_is_read_or_refused(text):
    try:
        found = by_header([("X-RISKENGINE-TEST", text)])
    except api.errors.InvalidParameterException:
        return
    assert dataclasses.astuple(found)[0] in (None, *Level)
    assert by_header([("x-riskengine-test", text), ("x-riskengine-test", "risk=low")]) == found


@given(st.text(max_size=50), st.sampled_from(list(LEVELS)), st.sampled_from(["", "@example.com"]))
def test_last_words_of_the_local_part_count(text, level, host):
    start = text.replace("@", "")
    assert by_names([f"{start}.risk-{level}{host}"]).level is Level[level.upper()]
    assert by_names([f"{start}+risk-{level}{host}"]).level is Level[level.upper()]
    assert by_names([f"{start}.RISK-{level}.Compromised{host}"]) == Forced(Level[level.upper()], True)
    assert not by_names([f"risk-{level}", f"a@b.risk-{level}", f"a.risk-{level}.b.c"])
