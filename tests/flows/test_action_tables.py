"""What comes of a risk: every action for every user, pool and flow, as the specification's table has it."""

import json

import pytest
from botocore.exceptions import ClientError
from people import PASSWORD, People
from pycognito import AWSSRP
from service import Service, settings_for
from trigger_server import TriggerServer, answering, arn

SECURITY = "Unable to login because of security reasons."
TEST_POOL = {"riskengine:test-mode": "on"}
USERS = ("on", "totp", "phone", "email", "none")  # MFA on; no preference, but this; nothing at all
ENDS = {
    "t": "tokens",
    "A": "SOFTWARE_TOKEN_MFA",
    "S": "SMS_MFA",
    "E": "EMAIL_OTP",
    "U": "MFA_SETUP",
    "B": "blocked",
}
# Flows that begin with the password. Columns are USERS.
WITH_PASSWORD = {
    "OFF": {
        "NO_ACTION": "t t t t t",
        "MFA_IF_CONFIGURED": "t t t t t",  # no challenge is possible
        "MFA_REQUIRED": "B B B B B",
        "BLOCK": "B B B B B",
    },
    "OPTIONAL": {
        "NO_ACTION": "A t t t t",
        "MFA_IF_CONFIGURED": "A A S E t",
        "MFA_REQUIRED": "A A S E B",
        "BLOCK": "B B B B B",
    },
    "ON": {
        "NO_ACTION": "A A S E U",
        "MFA_IF_CONFIGURED": "A A S E U",
        "MFA_REQUIRED": "A A S E B",
        "BLOCK": "B B B B B",
    },
}
# The pool adds no second factor to CUSTOM_AUTH: only the risk does.
CUSTOM = {
    "OFF": WITH_PASSWORD["OFF"],
    "OPTIONAL": {**WITH_PASSWORD["OPTIONAL"], "NO_ACTION": "t t t t t"},
    "ON": {**WITH_PASSWORD["OPTIONAL"], "NO_ACTION": "t t t t t"},
}
FLOWS = (
    "USER_PASSWORD_AUTH",
    "USER_SRP_AUTH",
    "ADMIN_USER_PASSWORD_AUTH",
    "USER_AUTH",
    "CUSTOM_AUTH",
)
QUICK = ("USER_PASSWORD_AUTH", "OPTIONAL")


@pytest.fixture(scope="module")
def hooked(tmp_path_factory):
    """A service whose customers' function lets everybody in who says CUSTOM_AUTH."""
    with TriggerServer() as functions:
        functions.on("DefineAuthChallenge_Authentication", answering(issueTokens=True))
        settings = settings_for(tmp_path_factory.mktemp("tables"), lambda_endpoint=functions.url)
        with Service(settings) as running:
            yield running


@pytest.fixture
def people(hooked) -> People:
    people = People(hooked)
    new_pool(people)
    return people


def new_pool(people: People, custom: str | None = "ENFORCED", **settings: object) -> None:
    add_ons: dict = {"AdvancedSecurityMode": "ENFORCED"}
    if custom is not None:
        add_ons["AdvancedSecurityAdditionalFlows"] = {"CustomAuthMode": custom}
    people.pool_with(
        UserPoolTags=TEST_POOL,
        UserPoolAddOns=add_ons,
        LambdaConfig={"DefineAuthChallenge": arn("DefineAuthChallenge")},
        **settings,
    )
    people.mfa("OPTIONAL", sms=True, email=True)


def user_with(people: People, *factors: str, level: str = "high") -> str:
    """A user whose sign-ins are at this level, with a factor or several (`on`: a preferred one)."""
    name = f"{'-'.join(factors) or 'none'}.risk-{level}"
    people.api.admin_create_user(UserPoolId=people.pool, Username=name, MessageAction="SUPPRESS")
    people.api.admin_set_user_password(
        UserPoolId=people.pool, Username=name, Password=PASSWORD, Permanent=True
    )
    people.actions("NO_ACTION", "NO_ACTION", "NO_ACTION")
    if {"on", "totp"}.intersection(factors):
        people.register_totp(people.sign_in(name)["AuthenticationResult"]["AccessToken"])
    if "on" in factors:
        people.api.admin_set_user_mfa_preference(
            UserPoolId=people.pool,
            Username=name,
            SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True},
        )
    # Not even verified: "can do MFA" needs the address only.
    addresses = {"phone": ("phone_number", "+4799999999"), "email": ("email", "can@example.com")}
    given = [addresses[factor] for factor in factors if factor in addresses]
    if given:
        listed = [{"Name": name_, "Value": value} for name_, value in given]
        people.api.admin_update_user_attributes(UserPoolId=people.pool, Username=name, UserAttributes=listed)
    return name


def begun(people: People, flow: str, user: str) -> dict:
    """The answer to a right first proof in this flow."""
    parameters = {"USERNAME": user}
    ids = {"ClientId": people.client, "AuthFlow": flow}
    match flow:
        case "USER_SRP_AUTH":
            srp = AWSSRP(user, PASSWORD, people.pool, people.client, client=people.api)
            asked = people.api.initiate_auth(**ids, AuthParameters=srp.get_auth_params())
            answers = srp.process_challenge(asked["ChallengeParameters"], {"USERNAME": user})
            return people.api.respond_to_auth_challenge(
                ClientId=people.client, ChallengeName="PASSWORD_VERIFIER", ChallengeResponses=answers
            )
        case "ADMIN_USER_PASSWORD_AUTH":
            parameters |= {"PASSWORD": PASSWORD}
            return people.api.admin_initiate_auth(UserPoolId=people.pool, **ids, AuthParameters=parameters)
        case "USER_AUTH":
            parameters |= {"PASSWORD": PASSWORD, "PREFERRED_CHALLENGE": "PASSWORD"}
        case "USER_PASSWORD_AUTH":
            parameters |= {"PASSWORD": PASSWORD}
    return people.api.initiate_auth(**ids, AuthParameters=parameters)


def end(people: People, flow: str, user: str) -> str:
    """What a right proof comes to: tokens, blocked, or the challenge."""
    try:
        answer = begun(people, flow, user)
    except ClientError as error:
        told = error.response["Error"]
        return "blocked" if told["Message"] == SECURITY else f"{told['Code']}: {told['Message']}"
    return answer.get("ChallengeName", "tokens")


CELLS = [
    pytest.param(
        flow,
        pool,
        CUSTOM if flow == "CUSTOM_AUTH" else WITH_PASSWORD,
        id=f"{flow}-{pool}",
        marks=[] if (flow, pool) == QUICK else pytest.mark.slow,
    )
    for flow in FLOWS
    for pool in WITH_PASSWORD
]


@pytest.mark.parametrize(("flow", "pool", "table"), CELLS)
def test_every_action_for_every_user(people, flow, pool, table):
    """Twenty cells each: four actions by five users."""
    users = {each: user_with(people, *([] if each == "none" else [each])) for each in USERS}
    if pool == "OFF":
        people.api.set_user_pool_mfa_config(UserPoolId=people.pool, MfaConfiguration="OFF")
    else:
        people.mfa(pool, sms=True, email=True)
    found, wanted = {}, {}
    for action, row in table[pool].items():
        people.actions("NO_ACTION", "NO_ACTION", action)
        for user, short in zip(USERS, row.split(), strict=True):
            wanted[action, user] = ENDS[short]
            found[action, user] = end(people, flow, users[user])
            event = people.events(users[user])[0]
            blocked = action == "BLOCK" or ENDS[short] == "blocked"
            assert event["EventRisk"]["RiskLevel"] == "High"
            assert event["EventRisk"]["RiskDecision"] == ("Block" if blocked else "AccountTakeover")
            response = {"tokens": "Pass", "blocked": "Fail"}.get(ENDS[short], "InProgress")
            assert event["EventResponse"] == response
    assert found == wanted


@pytest.mark.slow
@pytest.mark.parametrize("mode", [None, "AUDIT"])
def test_custom_auth_has_a_switch_of_its_own(people, mode):
    """Without CustomAuthMode nothing is scored in CUSTOM_AUTH; in AUDIT it is, and nothing follows."""
    new_pool(people, custom=mode)
    user = user_with(people)
    people.actions("BLOCK", "BLOCK", "BLOCK")
    assert end(people, "CUSTOM_AUTH", user) == "tokens"
    assert people.events(user)[0]["EventRisk"].get("RiskLevel") == (None if mode is None else "High")
    assert end(people, "USER_PASSWORD_AUTH", user) == "blocked"


def test_each_level_has_its_own_action(people):
    """Three levels, three actions, and nothing where no risk was found."""
    users = {level: user_with(people, "totp", level=level) for level in ("none", "low", "medium", "high")}
    people.actions("NO_ACTION", "MFA_REQUIRED", "BLOCK")
    ends = {level: end(people, "USER_PASSWORD_AUTH", user) for level, user in users.items()}
    assert ends == {"none": "tokens", "low": "tokens", "medium": "SOFTWARE_TOKEN_MFA", "high": "blocked"}


PHONE_FIRST = ["verified_phone_number", "verified_email"]
EMAIL_FIRST = ["verified_email", "verified_phone_number"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("recovery", "factors", "expected"),
    [
        (PHONE_FIRST, ("phone", "email"), "EMAIL_OTP"),
        (EMAIL_FIRST, ("phone", "email"), "SMS_MFA"),
        (["admin_only"], ("phone", "email"), ["SMS_MFA", "EMAIL_OTP"]),
        (PHONE_FIRST, ("totp", "phone"), ["SOFTWARE_TOKEN_MFA", "SMS_MFA"]),
        (PHONE_FIRST, ("totp", "phone", "email"), ["SOFTWARE_TOKEN_MFA", "SMS_MFA", "EMAIL_OTP"]),
        (EMAIL_FIRST, ("on", "phone", "email"), "SOFTWARE_TOKEN_MFA"),
        (["admin_only"], ("phone",), "SMS_MFA"),
        (PHONE_FIRST, ("phone",), "SMS_MFA"),
        (EMAIL_FIRST, ("email",), "EMAIL_OTP"),
    ],
)
def test_which_factor_a_risk_asks_for(people, recovery, factors, expected):
    """The preferred one; else an authenticator to select beside others; else what does not recover."""
    mechanisms = [{"Name": name, "Priority": at} for at, name in enumerate(recovery, start=1)]
    new_pool(people, AccountRecoverySetting={"RecoveryMechanisms": mechanisms})
    user = user_with(people, *factors, level="medium")
    people.actions("NO_ACTION", "MFA_REQUIRED", "BLOCK")
    answer = begun(people, "USER_PASSWORD_AUTH", user)
    if isinstance(expected, str):
        assert answer["ChallengeName"] == expected
        return
    assert answer["ChallengeName"] == "SELECT_MFA_TYPE"
    offered = json.loads(answer["ChallengeParameters"]["MFAS_CAN_CHOOSE"])
    assert offered == expected
    for factor in offered:
        again = begun(people, "USER_PASSWORD_AUTH", user)
        assert people.answer(again, user, ANSWER=factor)["ChallengeName"] == factor


@pytest.mark.slow
@pytest.mark.parametrize(
    ("recovery", "expected"),
    [
        (PHONE_FIRST, ["SOFTWARE_TOKEN_MFA", "EMAIL_OTP"]),
        (EMAIL_FIRST, ["SMS_MFA", "SOFTWARE_TOKEN_MFA"]),
        (["admin_only"], ["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"]),
    ],
)
def test_what_a_user_without_factors_may_set_up(people, recovery, expected):
    """Where the pool wants a second factor: all it has, but the channel that recovers the account first."""
    mechanisms = [{"Name": name, "Priority": at} for at, name in enumerate(recovery, start=1)]
    new_pool(people, AccountRecoverySetting={"RecoveryMechanisms": mechanisms})
    user = user_with(people, level="none")
    people.mfa("ON", sms=True, email=True)
    answer = begun(people, "USER_PASSWORD_AUTH", user)
    assert answer["ChallengeName"] == "MFA_SETUP"
    assert json.loads(answer["ChallengeParameters"]["MFAS_CAN_SETUP"]) == expected
