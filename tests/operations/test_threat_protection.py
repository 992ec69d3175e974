"""Risk configurations, events and feedback through boto3."""

import pytest
from msgspec.structs import replace
from people import People

from riskengine.flows.feedback_tokens import feedback_token

BLOCK_ALL = {
    "Actions": {
        "LowAction": {"Notify": False, "EventAction": "BLOCK"},
        "MediumAction": {"Notify": False, "EventAction": "BLOCK"},
        "HighAction": {"Notify": False, "EventAction": "BLOCK"},
    }
}
RANGES = {"BlockedIPRangeList": ["192.0.2.0/24", "2001:db8::/32"], "SkippedIPRangeList": ["198.51.100.7/32"]}


def actions(configuration):
    listed = configuration["AccountTakeoverRiskConfiguration"]["Actions"]
    return {level: listed[f"{level}Action"]["EventAction"] for level in ("Low", "Medium", "High")}


def test_default_asks_known_factors_and_blocks_nobody(cognito, guarded_pool):
    answer = cognito.describe_risk_configuration(UserPoolId=guarded_pool)["RiskConfiguration"]

    assert answer["UserPoolId"] == guarded_pool
    assert "ClientId" not in answer
    assert actions(answer) == {"Low": "NO_ACTION", "Medium": "MFA_IF_CONFIGURED", "High": "MFA_IF_CONFIGURED"}
    compromised = answer["CompromisedCredentialsRiskConfiguration"]
    assert compromised["Actions"] == {"EventAction": "BLOCK"}
    assert set(compromised["EventFilter"]) == {"SIGN_IN", "PASSWORD_CHANGE", "SIGN_UP"}
    assert "LastModifiedDate" in answer


def test_configuration_is_replaced_whole(cognito, guarded_pool):
    first = cognito.set_risk_configuration(
        UserPoolId=guarded_pool, AccountTakeoverRiskConfiguration=BLOCK_ALL, RiskExceptionConfiguration=RANGES
    )["RiskConfiguration"]
    assert actions(first) == {"Low": "BLOCK", "Medium": "BLOCK", "High": "BLOCK"}
    assert first["RiskExceptionConfiguration"] == RANGES

    cognito.set_risk_configuration(
        UserPoolId=guarded_pool,
        CompromisedCredentialsRiskConfiguration={"Actions": {"EventAction": "NO_ACTION"}},
    )

    answer = cognito.describe_risk_configuration(UserPoolId=guarded_pool)["RiskConfiguration"]
    assert "AccountTakeoverRiskConfiguration" not in answer
    assert "RiskExceptionConfiguration" not in answer
    assert answer["CompromisedCredentialsRiskConfiguration"]["Actions"] == {"EventAction": "NO_ACTION"}


def test_client_overrides_the_pool_until_it_is_reset(cognito, guarded_pool, new_client):
    client = new_client(guarded_pool)["ClientId"]

    def low(**who):
        answer = cognito.describe_risk_configuration(UserPoolId=guarded_pool, **who)["RiskConfiguration"]
        assert answer.get("ClientId") == who.get("ClientId")
        return actions(answer)["Low"]

    cognito.set_risk_configuration(
        UserPoolId=guarded_pool, ClientId=client, AccountTakeoverRiskConfiguration=BLOCK_ALL
    )
    assert (low(), low(ClientId=client)) == ("NO_ACTION", "BLOCK")

    cognito.set_risk_configuration(UserPoolId=guarded_pool, AccountTakeoverRiskConfiguration=BLOCK_ALL)
    reset = cognito.set_risk_configuration(UserPoolId=guarded_pool, ClientId=client)["RiskConfiguration"]
    assert actions(reset)["Low"] == "BLOCK"  # inherited

    cognito.set_risk_configuration(UserPoolId=guarded_pool)
    assert (low(), low(ClientId=client)) == ("NO_ACTION", "NO_ACTION")


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"RiskExceptionConfiguration": {"BlockedIPRangeList": ["192.0.2.0"]}}, "BlockedIPRangeList"),
        ({"RiskExceptionConfiguration": {"BlockedIPRangeList": ["192.0.2.0/33"]}}, "192.0.2.0/33"),
        ({"RiskExceptionConfiguration": {"SkippedIPRangeList": ["10.0.0.0/8", "rubbish"]}}, "entry 2"),
        ({"RiskExceptionConfiguration": {"SkippedIPRangeList": ["192.0.02.0/24"]}}, "SkippedIPRangeList"),
        ({"RiskExceptionConfiguration": {"BlockedIPRangeList": ["192.0.2.0/24"] * 201}}, "200"),
        (
            {"AccountTakeoverRiskConfiguration": {"Actions": {"LowAction": {"EventAction": "PANIC"}}}},
            "2 validation errors",
        ),
        ({"AccountTakeoverRiskConfiguration": {}}, "actions"),
        (
            {
                "CompromisedCredentialsRiskConfiguration": {
                    "EventFilter": ["SIGN_OUT"],
                    "Actions": {"EventAction": "BLOCK"},
                }
            },
            "SIGN_OUT",
        ),
        (
            {
                "AccountTakeoverRiskConfiguration": {
                    **BLOCK_ALL,
                    "NotifyConfiguration": {"SourceArn": "short"},
                }
            },
            "sourceArn",
        ),
    ],
)
def test_every_member_is_checked(cognito, guarded_pool, refused, settings, text):
    with refused("InvalidParameterException", text):
        cognito.set_risk_configuration(UserPoolId=guarded_pool, **settings)


def test_faults_of_both_lists_are_told_together(cognito, guarded_pool, refused):
    lists = {"BlockedIPRangeList": ["x"], "SkippedIPRangeList": ["y"]}

    with refused("InvalidParameterException", "; SkippedIPRangeList: 'y'"):
        cognito.set_risk_configuration(UserPoolId=guarded_pool, RiskExceptionConfiguration=lists)


def test_two_hundred_ranges_fit(cognito, guarded_pool):
    ranges = [f"192.0.2.{number}/32" for number in range(200)]

    answer = cognito.set_risk_configuration(
        UserPoolId=guarded_pool, RiskExceptionConfiguration={"BlockedIPRangeList": ranges}
    )

    assert answer["RiskConfiguration"]["RiskExceptionConfiguration"]["BlockedIPRangeList"] == ranges


def test_unknown_pool_or_client_has_no_configuration(cognito, guarded_pool, refused):
    for call in (cognito.set_risk_configuration, cognito.describe_risk_configuration):
        with refused("ResourceNotFoundException", "User pool us-east-1_nobody does not exist."):
            call(UserPoolId="us-east-1_nobody")
        with refused("ResourceNotFoundException", "User pool client nobody does not exist."):
            call(UserPoolId=guarded_pool, ClientId="nobody")
        with refused("InvalidParameterException", "userPoolId"):
            call(UserPoolId="?")


def test_nothing_of_it_without_the_add_on(cognito, pool, new_user, refused):
    new_user(pool)
    calls = {
        cognito.set_risk_configuration: {},
        cognito.describe_risk_configuration: {},
        cognito.admin_list_user_auth_events: {"Username": "alice"},
        cognito.admin_update_auth_event_feedback: {
            "Username": "alice",
            "EventId": "e",
            "FeedbackValue": "Valid",
        },
    }
    for call, more in calls.items():
        with refused("UserPoolAddOnNotEnabledException"):
            call(UserPoolId=pool, **more)


def test_events_come_newest_first_in_pages(cognito, guarded_pool, new_user, access_token):
    new_user(guarded_pool)
    for _ in range(3):
        access_token(guarded_pool)

    every = cognito.admin_list_user_auth_events(UserPoolId=guarded_pool, Username="alice")["AuthEvents"]
    first = cognito.admin_list_user_auth_events(UserPoolId=guarded_pool, Username="alice", MaxResults=2)
    second = cognito.admin_list_user_auth_events(
        UserPoolId=guarded_pool, Username="alice", MaxResults=2, NextToken=first["NextToken"]
    )

    assert len(every) == 3
    assert [event["CreationDate"] for event in every] == sorted(
        (event["CreationDate"] for event in every), reverse=True
    )
    assert first["AuthEvents"] + second["AuthEvents"] == every
    assert "NextToken" not in second
    event = every[0]
    assert (event["EventType"], event["EventResponse"]) == ("SignIn", "Pass")
    assert event["ChallengeResponses"] == [{"ChallengeName": "Password", "ChallengeResponse": "Success"}]
    assert event["EventContextData"]["City"] == "null"


def test_events_of_nobody_and_bad_limits_are_refused(cognito, guarded_pool, new_user, refused):
    new_user(guarded_pool)
    call = cognito.admin_list_user_auth_events

    with refused("UserNotFoundException", "User does not exist."):
        call(UserPoolId=guarded_pool, Username="nobody")
    with refused("InvalidParameterException", "maxResults"):
        call(UserPoolId=guarded_pool, Username="alice", MaxResults=61)
    with refused("InvalidParameterException", "Invalid pagination token"):
        call(UserPoolId=guarded_pool, Username="alice", NextToken="made-up")
    assert call(UserPoolId=guarded_pool, Username="alice", MaxResults=0)["AuthEvents"] == []


@pytest.mark.parametrize("value", ["Valid", "Invalid"])
def test_feedback_is_kept_with_its_event(cognito, guarded_pool, new_user, access_token, value):
    new_user(guarded_pool)
    access_token(guarded_pool)
    (event,) = cognito.admin_list_user_auth_events(UserPoolId=guarded_pool, Username="alice")["AuthEvents"]
    assert "EventFeedback" not in event

    cognito.admin_update_auth_event_feedback(
        UserPoolId=guarded_pool, Username="alice", EventId=event["EventId"], FeedbackValue=value
    )

    (event,) = cognito.admin_list_user_auth_events(UserPoolId=guarded_pool, Username="alice")["AuthEvents"]
    feedback = event["EventFeedback"]
    assert (feedback["FeedbackValue"], feedback["Provider"]) == (value, "Admin")
    assert feedback["FeedbackDate"] >= event["CreationDate"]


def test_feedback_on_nothing_is_refused(cognito, guarded_pool, new_user, access_token, refused):
    new_user(guarded_pool)
    new_user(guarded_pool, "bob")
    access_token(guarded_pool)
    (event,) = cognito.admin_list_user_auth_events(UserPoolId=guarded_pool, Username="alice")["AuthEvents"]
    call = cognito.admin_update_auth_event_feedback

    with refused("ResourceNotFoundException"):
        call(UserPoolId=guarded_pool, Username="alice", EventId="unknown", FeedbackValue="Valid")
    with refused("ResourceNotFoundException"):
        call(UserPoolId=guarded_pool, Username="bob", EventId=event["EventId"], FeedbackValue="Valid")
    with refused("UserNotFoundException"):
        call(UserPoolId=guarded_pool, Username="nobody", EventId="e", FeedbackValue="Valid")
    with refused("InvalidParameterException", "feedbackValue"):
        call(UserPoolId=guarded_pool, Username="alice", EventId="e", FeedbackValue="Maybe")


class TestFeedbackByUsers:
    @pytest.fixture
    def people(self, service):
        return People(service)

    @pytest.fixture
    def said(self, people):
        """Says something of a user's newest event, with the token of its notification or another."""
        user = people.user()
        people.sign_in(user)
        event = people.events(user)[0]["EventId"]

        async def notified(services):
            found = await services.storage.users.find(people.pool, user)
            async with services.storage.transaction() as tx:
                stored = await tx.events.get(people.pool, found.sub, event)
                tx.events.save(replace(stored, notice="the-notification"))
            return replace(stored, notice="the-notification")

        stored = people.service.do(notified)

        def say(value="Invalid", of=None, **over):
            token = feedback_token(people.service.services, of or stored).reveal()
            members = {"UserPoolId": people.pool, "Username": user, "EventId": event, "FeedbackToken": token}
            people.api.update_auth_event_feedback(**{**members, "FeedbackValue": value, **over})

        say.event, say.user = stored, user
        return say

    def test_last_word_holds(self, people, said):
        said("Invalid")
        said("Valid")
        feedback = people.events(said.user)[0]["EventFeedback"]
        assert (feedback["FeedbackValue"], feedback["Provider"]) == ("Valid", "User")

    def test_word_changes_the_next_score(self, people, said):
        def score():
            people.sign_in(said.user)

            async def newest(services):
                (event,) = await services.storage.events.list_(
                    people.pool, said.event.sub, before=None, limit=1
                )
                return event.score

            return people.service.do(newest)

        before = score()
        said("Invalid")
        assert score() > before

    def test_token_is_for_its_event_alone(self, people, said, refused):
        other = people.user()
        for over in (
            {"EventId": "another"},
            {"UserPoolId": "us-east-1_Nobody000"},
            {"Username": other},
            {"of": replace(said.event, time=0)},
            {"of": replace(said.event, notice="another")},
            {"of": replace(said.event, notice="")},
            {"FeedbackToken": "abc"},
        ):
            with refused("NotAuthorizedException", "Invalid feedback token"):
                said(**over)
        assert "EventFeedback" not in people.events(said.user)[0]
