"""Valid and Invalid: what they change, who may say them, what is kept of them, which sessions they end."""

import pytest
from botocore.exceptions import ClientError
from courier_servers import MailServer
from msgspec.structs import replace
from notified import Notified, token_in
from people import AWAY, CHROME, FIREFOX, HOME
from pycognito.aws_srp import generate_hash_device
from service import Service, settings_for

from riskengine.entities import AuthEvent, EventFeedback
from riskengine.flows.verdicts import marked_until, told

DAY = 86_400
NEAR = "80.202.140.23"  # another provider of the same country: a low risk


@pytest.fixture(scope="module")
def post():
    with MailServer() as server:
        yield server


@pytest.fixture(scope="module")
def sending(tmp_path_factory, post):
    """A service of this module's own: its clock only goes forward."""
    with Service(settings_for(tmp_path_factory.mktemp("verdicts"), smtp=post.url)) as running:
        yield running


@pytest.fixture
def people(sending, post) -> Notified:
    people = Notified(sending, post)
    people.respond("NO_ACTION")
    return people


@pytest.fixture
def user(people) -> str:
    return people.person()


def newest(people, user):
    return people.extended(user)[0]


def score(people, user) -> int:
    return newest(people, user)["EventRisk"]["RiskScore"]


def say(people, user, mail, value, **over):
    """By the token of a mail, as an app of the customer's own would."""
    members = {"UserPoolId": people.pool, "Username": user, "EventId": reference(mail), **over}
    people.api.update_auth_event_feedback(FeedbackToken=token_in(mail), FeedbackValue=value, **members)


def reference(mail) -> str:
    return mail.get_body(("plain",)).get_content().partition("Reference: ")[2].split()[0]


def test_history_tells_who_said_what_and_when(people, user):
    """Operators by their access key, users by the notification; the last word is Cognito's feedback."""
    people.attempt(user)
    (mail,) = people.mails(user)
    event = newest(people, user)
    say(people, user, mail, "Valid")
    people.service.clock.advance(60)
    people.judge(user, event["EventId"], "Invalid")
    people.judge(user, event["EventId"], "Invalid")
    say(people, user, mail, "Valid")

    after = newest(people, user)
    history = after["FeedbackHistory"]
    assert [(each["FeedbackValue"], each["Provider"]) for each in history] == [
        ("Valid", "User"),
        ("Invalid", "Admin"),
        ("Valid", "User"),
    ]
    assert [each["By"] for each in history] == [
        event["NotificationId"],
        people.api._request_signer._credentials.access_key,
        event["NotificationId"],
    ]
    assert history[1]["FeedbackDate"] - history[0]["FeedbackDate"] >= 60
    assert after["EventFeedback"]["FeedbackValue"] == "Valid"


def test_history_is_bounded_and_keeps_the_operators_word():
    """However often a link is pressed."""
    event = AuthEvent(
        pool="p", sub="s", id="e", time=0, type="SignIn", response="Pass", username="ann", client="c"
    )
    event = told(event, EventFeedback(value="Invalid", provider="Admin", date=0, by="AKIA"))
    for turn in range(50):
        value = "Valid" if turn % 2 else "Invalid"
        event = told(event, EventFeedback(value=value, provider="User", date=turn, by="n"))
    assert len(event.verdicts) == 16
    assert event.verdicts[0].provider == "Admin"
    assert event.verdicts[-1].date == 49


def test_valid_of_a_link_trusts_a_low_risk_but_never_a_high_one(people, user):
    """Whoever reads the mail could have pressed it: a device of high risk needs an operator's word."""
    people.attempt(user)
    assert newest(people, user)["EventRisk"]["RiskLevel"] == "High"
    high = newest(people, user)["EventId"]
    before = score(people, user)
    (mail,) = people.mails(user)
    say(people, user, mail, "Valid")
    people.attempt(user)
    assert score(people, user) >= before
    people.judge(user, high, "Valid")
    people.attempt(user)
    assert score(people, user) < before

    other = people.person(12)
    people.attempt(other, address=NEAR, agent=CHROME)
    assert newest(people, other)["EventRisk"]["RiskLevel"] == "Low"
    before = score(people, other)
    (mail,) = people.mails(other)
    say(people, other, mail, "Invalid")
    people.attempt(other, address=NEAR, agent=CHROME)
    assert score(people, other) > before
    say(people, other, mail, "Valid")
    people.attempt(other, address=NEAR, agent=CHROME)
    assert score(people, other) < before


@pytest.mark.slow
def test_link_does_not_undo_an_operators_invalid(people):
    """It is kept and told, and changes no score."""
    user = people.person(12)
    people.attempt(user, address=NEAR, agent=CHROME)
    event = newest(people, user)["EventId"]
    (mail,) = people.mails(user)
    people.judge(user, event, "Invalid")
    people.attempt(user, address=NEAR, agent=CHROME)
    before = score(people, user)
    say(people, user, mail, "Valid")
    people.attempt(user, address=NEAR, agent=CHROME)
    assert score(people, user) >= before


class TestToken:
    def test_is_good_for_two_weeks(self, people, user):
        people.attempt(user)
        (mail,) = people.mails(user)
        people.service.clock.advance(14 * DAY - 60)
        say(people, user, mail, "Invalid")
        people.service.clock.advance(120)
        with pytest.raises(ClientError, match="Invalid feedback token"):
            say(people, user, mail, "Valid")
        assert newest(people, user)["EventFeedback"]["FeedbackValue"] == "Invalid"

    def test_speaks_of_one_event_one_user_one_pool(self, people, user):
        people.attempt(user)
        (mail,) = people.mails(user)
        other = people.person()
        for over in ({"EventId": newest(people, other)["EventId"]}, {"Username": other}):
            with pytest.raises(people.api.exceptions.NotAuthorizedException, match="Invalid feedback token"):
                say(people, user, mail, "Invalid", **over)
        with pytest.raises(people.api.exceptions.UserNotFoundException):
            say(people, user, mail, "Invalid", Username="nobody")
        assert "EventFeedback" not in newest(people, user)

    @pytest.mark.slow
    def test_of_an_event_that_is_gone_is_refused(self, people, user):
        people.attempt(user)
        (mail,) = people.mails(user)
        people.api.admin_delete_user(UserPoolId=people.pool, Username=user)
        with pytest.raises(people.api.exceptions.UserNotFoundException):
            say(people, user, mail, "Invalid")


class TestMark:
    def test_stays_two_weeks_whatever_the_link_says(self, people, user):
        people.attempt(user)
        event = newest(people, user)
        assert event["MarkedUntil"] - event["CreationDate"] == pytest.approx(14 * DAY)
        (mail,) = people.mails(user)
        say(people, user, mail, "Valid")
        assert newest(people, user)["MarkedUntil"] == event["MarkedUntil"]
        people.judge(user, event["EventId"], "Valid")
        assert "MarkedUntil" not in newest(people, user)
        say(people, user, mail, "Invalid")
        assert "MarkedUntil" in newest(people, user)

    @pytest.mark.slow
    def test_usual_sign_in_has_none(self, people, user):
        people.attempt(user, address=HOME, agent=CHROME)
        assert "MarkedUntil" not in newest(people, user)

    def test_strict_client_sees_none_of_it(self, people, user):
        people.attempt(user)
        event = people.events(user)[0]
        assert not {"MarkedUntil", "FeedbackHistory", "NotificationId"} & set(event)


MARK = AuthEvent(
    pool="p",
    sub="s",
    id="e",
    time=5,
    type="SignIn",
    response="Pass",
    username="ann",
    client="c",
    level="High",
)


@pytest.mark.parametrize(
    ("said", "is_on"),
    [
        ([], True),
        ([("Valid", "User")], True),
        ([("Valid", "Admin")], False),
        ([("Valid", "Admin"), ("Valid", "User")], False),
        ([("Valid", "Admin"), ("Invalid", "User")], True),
        ([("Valid", "Admin"), ("Invalid", "User"), ("Valid", "User")], False),
        ([("Valid", "Admin"), ("Invalid", "Admin"), ("Valid", "User")], True),
    ],
)
def test_mark_by_what_was_said(said, is_on):
    event = MARK
    for value, provider in said:
        event = told(event, EventFeedback(value=value, provider=provider, date=9, by="x"))
    assert (marked_until(event) is not None) is is_on
    assert marked_until(replace(event, type="SignUp")) is None


class TestSessions:
    """What an attacker's sign-in opened ends with the word Invalid."""

    @pytest.fixture
    def opened(self, people, user):
        mine = people.attempt(user, address=HOME, agent=CHROME)["AuthenticationResult"]
        theirs = people.attempt(user)["AuthenticationResult"]
        return mine, theirs

    def works(self, people, tokens) -> tuple[bool, bool]:
        """Whether access and refresh token still do."""

        def holds(call, **members) -> bool:
            try:
                call(**members)
            except people.api.exceptions.NotAuthorizedException:
                return False
            return True

        access = holds(people.api.get_user, AccessToken=tokens["AccessToken"])
        refresh = holds(
            people.api.initiate_auth,
            ClientId=people.client,
            AuthFlow="REFRESH_TOKEN_AUTH",
            AuthParameters={"REFRESH_TOKEN": tokens["RefreshToken"]},
        )
        return access, refresh

    @pytest.mark.parametrize("who", ["operator", "user"])
    def test_end_with_the_events_alone(self, people, user, opened, who):
        mine, theirs = opened
        assert self.works(people, theirs) == (True, True)
        if who == "operator":
            people.judge(user, newest(people, user)["EventId"], "Invalid")
        else:
            say(people, user, people.mails(user)[-1], "Invalid")
        assert self.works(people, theirs) == (False, False)
        assert self.works(people, mine) == (True, True)

    @pytest.mark.slow
    def test_end_where_an_earlier_release_has_not_noted_which(self, people, user, opened, sending):
        event = newest(people, user)["EventId"]

        async def unnoted(services):
            async with services.storage.transaction() as tx:
                stored = await tx.events.find_anywhere(event)
                tx.events.save(replace(stored, session=""))

        sending.do(unnoted)
        people.judge(user, event, "Invalid")
        assert self.works(people, opened[1]) == (False, False)
        assert self.works(people, opened[0]) == (True, True)

    @pytest.mark.slow
    def test_stay_ended_when_the_word_is_taken_back(self, people, user, opened):
        event = newest(people, user)["EventId"]
        people.judge(user, event, "Invalid")
        people.judge(user, event, "Valid")
        assert self.works(people, opened[1]) == (False, False)

    @pytest.mark.slow
    def test_refreshed_ones_too(self, people, user, opened):
        tokens = people.api.initiate_auth(
            ClientId=people.client,
            AuthFlow="REFRESH_TOKEN_AUTH",
            AuthParameters={"REFRESH_TOKEN": opened[1]["RefreshToken"]},
        )["AuthenticationResult"]
        people.judge(user, newest(people, user)["EventId"], "Invalid")
        assert self.works(people, {**opened[1], **tokens}) == (False, False)

    @pytest.mark.slow
    def test_go_on_where_the_pool_says_so(self, people, user, opened):
        arn = people.api.describe_user_pool(UserPoolId=people.pool)["UserPool"]["Arn"]
        people.api.tag_resource(ResourceArn=arn, Tags={"riskengine:revoke-on-invalid": "false"})
        people.judge(user, newest(people, user)["EventId"], "Invalid")
        assert self.works(people, opened[1]) == (True, True)

    @pytest.mark.slow
    def test_take_the_devices_along_that_were_registered_in_them(self, people):
        """One of the owner's stays."""
        people.pool_with(DeviceConfiguration={"ChallengeRequiredOnNewDevice": True})
        people.respond("NO_ACTION")
        user = people.person()

        def register():
            tokens = people.sign_in(user)["AuthenticationResult"]
            offered = tokens["NewDeviceMetadata"]
            _, secret = generate_hash_device(offered["DeviceGroupKey"], offered["DeviceKey"])
            people.api.confirm_device(
                AccessToken=tokens["AccessToken"],
                DeviceKey=offered["DeviceKey"],
                DeviceSecretVerifierConfig={
                    "PasswordVerifier": secret["PasswordVerifier"],
                    "Salt": secret["Salt"],
                },
            )
            return offered["DeviceKey"]

        mine, theirs = register(), register()
        listed = lambda: {  # noqa: E731
            each["DeviceKey"]
            for each in people.api.admin_list_devices(UserPoolId=people.pool, Username=user)["Devices"]
        }
        assert listed() == {mine, theirs}
        people.judge(user, newest(people, user)["EventId"], "Invalid")
        assert listed() == {mine}

    @pytest.mark.parametrize("tag", [None, "false"])
    def test_are_not_opened_by_an_answer_that_comes_after_the_word(self, people, tag):
        """The mail told of the challenge; its reader said no; then the right code came."""
        people.mfa("OPTIONAL")
        user = people.person()
        totp = people.register_totp(people.sign_in(user)["AuthenticationResult"]["AccessToken"])
        people.respond("MFA_REQUIRED")
        if tag:
            arn = people.api.describe_user_pool(UserPoolId=people.pool)["UserPool"]["Arn"]
            people.api.tag_resource(ResourceArn=arn, Tags={"riskengine:revoke-on-invalid": tag})
        challenge = people.attempt(user, address=AWAY, agent=FIREFOX)
        say(people, user, people.mails(user)[-1], "Invalid")
        code = {"SOFTWARE_TOKEN_MFA_CODE": people.code(totp)}
        if tag:
            assert "AuthenticationResult" in people.answer(challenge, user, admin=True, **code)
            return
        with pytest.raises(people.api.exceptions.NotAuthorizedException, match="security reasons"):
            people.answer(challenge, user, admin=True, **code)
        assert newest(people, user)["EventResponse"] == "Fail"
