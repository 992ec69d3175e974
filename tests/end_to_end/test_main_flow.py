"""The main job in one go, on both databases: sign-ins that are scored, acted upon, told and judged."""

import jwt
import pytest
from people import AWAY, CHROME, FIREFOX, HOME, People
from serving import extended

BLOCKED_RANGE = "41.58.0.0/16"


@pytest.fixture
def people(new_service, database_url):
    return People(new_service(database=database_url))


def newest(people, user):
    key = people.service.key()
    listed = extended(
        people.service, "AdminListUserAuthEvents", key, UserPoolId=people.pool, Username=user, MaxResults=1
    )
    return listed["AuthEvents"][0]


def score_from_away(people, user):
    people.sign_in_from(AWAY, FIREFOX, user)
    risk = newest(people, user)["EventRisk"]
    assert risk["RiskScore"] == sum(reason["Points"] for reason in risk["RiskReasons"])
    return risk["RiskScore"]


def judge(people, user, value):
    people.api.admin_update_auth_event_feedback(
        UserPoolId=people.pool, Username=user, EventId=newest(people, user)["EventId"], FeedbackValue=value
    )


@pytest.mark.slow
def test_from_an_empty_database_to_feedback_that_counts(people):
    user, api = people.user(), people.api
    errors = api.exceptions
    people.mfa("OPTIONAL")
    people.habits(user)
    assert newest(people, user)["EventRisk"]["RiskDecision"] == "NoRisk"

    with pytest.raises(errors.NotAuthorizedException, match="Incorrect username or password"):
        people.sign_in_from(HOME, CHROME, user, "wrong")
    assert newest(people, user)["EventResponse"] == "Fail"

    exceptions = {"BlockedIPRangeList": [BLOCKED_RANGE]}
    people.actions("NO_ACTION", "NO_ACTION", "NO_ACTION", RiskExceptionConfiguration=exceptions)
    with pytest.raises(errors.NotAuthorizedException, match="security reasons"):
        people.sign_in_from(AWAY, FIREFOX, user)
    assert newest(people, user)["EventRisk"]["RiskDecision"] == "Block"

    people.actions("NO_ACTION", "NO_ACTION", "NO_ACTION")
    unusual = score_from_away(people, user)
    judge(people, user, "Invalid")
    distrusted = score_from_away(people, user)
    judge(people, user, "Valid")
    trusted = score_from_away(people, user)
    assert distrusted > unusual > trusted

    api.create_group(UserPoolId=people.pool, GroupName="staff", Precedence=1)
    api.admin_add_user_to_group(UserPoolId=people.pool, Username=user, GroupName="staff")
    tokens = people.sign_in_from(HOME, CHROME, user)["AuthenticationResult"]
    totp = people.register_totp(tokens["AccessToken"])
    people.actions("MFA_REQUIRED", "MFA_REQUIRED", "MFA_REQUIRED")
    other_phone = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile"
    asked = people.sign_in_from("203.0.113.9", other_phone, user)
    assert (asked["ChallengeName"], newest(people, user)["EventResponse"]) == (
        "SOFTWARE_TOKEN_MFA",
        "InProgress",
    )
    people.answer(asked, user, admin=True, SOFTWARE_TOKEN_MFA_CODE=people.code(totp))
    event = newest(people, user)
    assert event["EventResponse"] == "Pass"
    assert {each["ChallengeName"]: each["ChallengeResponse"] for each in event["ChallengeResponses"]} == {
        "Password": "Success",
        "Mfa": "Success",
    }

    refreshed = api.initiate_auth(
        ClientId=people.client,
        AuthFlow="REFRESH_TOKEN_AUTH",
        AuthParameters={"REFRESH_TOKEN": tokens["RefreshToken"]},
    )["AuthenticationResult"]
    claims = jwt.decode(refreshed["IdToken"], options={"verify_signature": False})
    assert claims["cognito:groups"] == ["staff"]

    told = people.events(user)
    # Habits, a wrong password, a block, three from away, one at home, one with a second factor.
    assert len(told) == 12 + 1 + 1 + 3 + 1 + 1
    assert [each["CreationDate"] for each in told] == sorted(
        (each["CreationDate"] for each in told), reverse=True
    )
    assert [each["EventFeedback"]["FeedbackValue"] for each in told if "EventFeedback" in each] == [
        "Valid",
        "Invalid",
    ]
