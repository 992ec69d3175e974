"""One event from the password to the last code, and every type in the order of an account's life."""

import pytest
from botocore.exceptions import ClientError
from outbox_reader import newest_code
from people import CHROME, HOME, PASSWORD, People

NEW = "N3w-horse-battery!"


def test_every_type_newest_first(people):
    """What waits for somebody is InProgress; a failure stands there too."""
    people.pool_with(AutoVerifiedAttributes=["email"])
    address = f"{people.pool}@example.com"
    one = {"ClientId": people.client, "Username": "anna"}
    people.api.sign_up(**one, Password=PASSWORD, UserAttributes=[{"Name": "email", "Value": address}])
    people.api.resend_confirmation_code(**one)
    with pytest.raises(ClientError):
        people.api.confirm_sign_up(**one, ConfirmationCode="000000")
    people.api.confirm_sign_up(**one, ConfirmationCode=newest_code(people.service, address))
    token = people.sign_in("anna")["AuthenticationResult"]["AccessToken"]
    people.api.change_password(AccessToken=token, PreviousPassword=PASSWORD, ProposedPassword=NEW)
    people.api.forgot_password(**one)
    code = newest_code(people.service, address)
    people.api.confirm_forgot_password(**one, ConfirmationCode=code, Password=PASSWORD)
    events = people.events("anna")
    assert [(event["EventType"], event["EventResponse"]) for event in events] == [
        ("PasswordChange", "Pass"),
        ("ForgotPassword", "Pass"),
        ("PasswordChange", "Pass"),
        ("SignIn", "Pass"),
        ("SignUp", "Pass"),
        ("SignUp", "Fail"),
        ("ResendCode", "Pass"),
        ("SignUp", "InProgress"),
    ]
    assert {event["EventRisk"]["RiskDecision"] for event in events} == {"NoRisk"}
    assert {event["EventContextData"]["IpAddress"] for event in events} == {"127.0.0.1"}


def test_challenges_stand_on_one_event(people):
    """It is in progress until the code comes, and keeps its id."""
    people.mfa("OPTIONAL", email=True)
    user = people.reachable(people.user(), email="challenged@example.com")
    people.api.admin_set_user_mfa_preference(
        UserPoolId=people.pool, Username=user, EmailMfaSettings={"Enabled": True, "PreferredMfa": True}
    )
    asked = people.sign_in_from(HOME, CHROME, user)
    (outstanding,) = people.events(user)
    password = {"ChallengeName": "Password", "ChallengeResponse": "Success"}
    assert outstanding["EventResponse"] == "InProgress"
    assert outstanding["ChallengeResponses"] == [password]
    code = newest_code(people.service, "challenged@example.com")
    people.answer(asked, user, admin=True, EMAIL_OTP_CODE=code)
    (done,) = people.events(user)
    assert (done["EventId"], done["EventResponse"]) == (outstanding["EventId"], "Pass")
    assert done["ChallengeResponses"] == [password, {"ChallengeName": "Mfa", "ChallengeResponse": "Success"}]


@pytest.mark.parametrize("action", ["MFA_IF_CONFIGURED", "MFA_REQUIRED"])
def test_risk_leads_to_one_event_with_its_answer(people: People, action):
    """A forced medium: what was found stays on the event when the code has come."""
    people.pool_with(UserPoolTags={"riskengine:test-mode": "on"})
    people.mfa("OPTIONAL", email=True)
    people.actions("NO_ACTION", action, "BLOCK")
    name = people.user()
    switch = [{"Name": "preferred_username", "Value": f"{name}.risk-medium"}]
    people.api.admin_update_user_attributes(UserPoolId=people.pool, Username=name, UserAttributes=switch)
    people.reachable(name, email="medium@example.com")
    asked = people.sign_in(name)
    people.answer(asked, name, EMAIL_OTP_CODE=newest_code(people.service, "medium@example.com"))
    (event,) = people.events(name)
    assert event["EventRisk"]["RiskLevel"] == "Medium"
    assert event["EventRisk"]["RiskDecision"] == "AccountTakeover"
    assert event["EventResponse"] == "Pass"
