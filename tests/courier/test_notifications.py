"""Mails about risky sign-ins: who hears of what, in which words, how often."""

import json
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner
from courier_servers import MailServer
from notified import IDENTITY, Notified, html_of, link_in, text_of, token_in
from outbox_reader import messages_to
from people import AWAY, CHROME, FIREFOX, HOME
from service import MASTER_KEY, Service, settings_for
from trigger_server import TriggerServer, answering, arn

from riskengine.cli.commands import riskengine
from riskengine.courier.html_text import text_of as words_of
from riskengine.flows.notification_texts import PLACEHOLDERS
from riskengine.flows.senders import may_send_as

EVERYTHING = " | ".join(f"{name}={{{name}}}" for name in PLACEHOLDERS)
ELSEWHERE = "5.5.5.5"


@pytest.fixture(scope="module")
def post():
    with MailServer() as server:
        yield server


@pytest.fixture(scope="module")
def functions():
    with TriggerServer() as server:
        yield server


@pytest.fixture(scope="module")
def sending(tmp_path_factory, post, functions):
    """A service of this module's own: its clock only goes forward."""
    settings = settings_for(
        tmp_path_factory.mktemp("notices"),
        smtp=post.url,
        public_url="https://id.example.com/base/",
        lambda_endpoint=functions.url,
    )
    with Service(settings) as running:
        yield running


@pytest.fixture
def people(sending, post) -> Notified:
    return Notified(sending, post)


@pytest.fixture
def user(people) -> str:
    return people.person()


@pytest.mark.parametrize(
    ("action", "subject", "words"),
    [
        ("NO_ACTION", "New sign-in attempt", "It was let through."),
        ("MFA_IF_CONFIGURED", "New sign-in attempt", "were asked for your second factor"),
        ("MFA_REQUIRED", "New sign-in attempt", "were asked for your second factor"),
        ("BLOCK", "Blocked sign-in attempt", "were not let in"),
    ],
)
def test_each_response_is_told_in_words_of_ours(people, user, action, subject, words):
    """Without a template: text and HTML, the same facts in both, links to pages of the public address."""
    people.mfa("OPTIONAL")
    people.register_totp(people.sign_in(user)["AuthenticationResult"]["AccessToken"])
    people.respond(action)
    people.attempt(user)

    (mail,) = people.mails(user)
    event = people.extended(user)[0]
    assert (mail["Subject"], mail["From"]) == (subject, "app@example.com")
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    for body in (text_of(mail), words_of(html_of(mail))):
        flat = " ".join(body.split())
        assert words in flat
        for fact in (user, "Lagos, Nigeria", "Firefox 144, Linux", AWAY, event["EventId"], "UTC"):
            assert fact in flat
        assert "{" not in body
    for value in ("Valid", "Invalid"):
        link = link_in(mail, value)
        assert link.startswith("https://id.example.com/base/risk/feedback?token=")
        assert link in words_of(html_of(mail))
    assert mail["Message-ID"] == f"<{event['NotificationId']}@riskengine>"


@pytest.mark.slow
def test_risk_that_only_lists_the_users_own_second_factor_is_told_as_such(people, user):
    """Whoever has a second factor on is asked for it whatever the risk: that is what the mail says."""
    people.mfa("OPTIONAL")
    people.register_totp(people.sign_in(user)["AuthenticationResult"]["AccessToken"])
    people.api.admin_set_user_mfa_preference(
        UserPoolId=people.pool, Username=user, SoftwareTokenMfaSettings={"Enabled": True}
    )
    people.respond("NO_ACTION")
    people.attempt(user)
    (mail,) = people.mails(user)
    assert "were asked for your second factor" in " ".join(text_of(mail).split())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("action", "template"),
    [("NO_ACTION", "NoActionEmail"), ("MFA_REQUIRED", "MfaEmail"), ("BLOCK", "BlockEmail")],
)
def test_every_placeholder_of_a_template_is_filled(people, user, action, template):
    """In subject and both bodies; a value that looks like a placeholder stays what it is."""
    people.mfa("OPTIONAL")
    people.register_totp(people.sign_in(user)["AuthenticationResult"]["AccessToken"])
    own = {
        "Subject": "{username} {city}",
        "TextBody": EVERYTHING,
        "HtmlBody": f"<p title='{{device-name}}'>{EVERYTHING}</p>",
    }
    people.respond(action, mails={template: own})
    people.attempt(user)

    (mail,) = people.mails(user)
    event = people.extended(user)[0]
    assert mail["Subject"] == f"{user} Lagos"
    told = dict(part.partition("=")[::2] for part in text_of(mail).strip().split(" | "))
    assert set(told) == set(PLACEHOLDERS)
    assert told["username"] == user
    assert (told["ip-address"], told["city"], told["country"]) == (AWAY, "Lagos", "Nigeria")
    assert (told["device-name"], told["event-id"]) == ("Firefox 144, Linux", event["EventId"])
    assert told["feedback-token"] == token_in_text(told["one-click-link-valid"])
    assert told["one-click-link-invalid"].endswith("&value=Invalid")
    html = html_of(mail)
    assert told["feedback-token"] in html
    assert "&amp;value=Valid" in html  # escaped, as HTML wants it


def token_in_text(link: str) -> str:
    return link.partition("token=")[2].partition("&")[0]


@pytest.mark.slow
def test_a_made_up_name_adds_no_html_and_no_placeholder(people):
    """What users call themselves is text, wherever it stands."""
    name = "<b>{feedback-token}</b>&"
    people.api.admin_create_user(UserPoolId=people.pool, Username=name, MessageAction="SUPPRESS")
    people.api.admin_set_user_password(
        UserPoolId=people.pool, Username=name, Password="Corr3ct-horse!", Permanent=True
    )
    people.reachable(name, email=f"odd-{people.pool[-9:].lower()}@example.com")
    people.habits(name)
    people.respond("NO_ACTION")
    people.attempt(name)
    (mail,) = people.mails(name)
    assert name in text_of(mail)
    assert "&lt;b&gt;{feedback-token}&lt;/b&gt;&amp;" in html_of(mail)
    assert "<b>" not in html_of(mail)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("own", "kinds"),
    [
        ({"TextBody": "only <b>text</b> {username}"}, ["text/plain"]),
        (
            {"HtmlBody": "<style>p{color:red}</style><p>only &lt;HTML&gt; {username}</p>"},
            ["text/plain", "text/html"],
        ),
    ],
)
def test_one_body_is_enough(people, user, own, kinds):
    """Text alone is sent as text, whatever it looks like; HTML alone brings its words beside it."""
    people.respond("NO_ACTION", mails={"NoActionEmail": {"Subject": "s", **own}})
    people.attempt(user)
    (mail,) = people.mails(user)
    parts = list(mail.iter_parts()) or [mail]
    assert [part.get_content_type() for part in parts] == kinds
    expected = f"only <b>text</b> {user}" if "TextBody" in own else f"only <HTML> {user}"
    assert text_of(mail).strip() == expected


def test_sender_and_reply_address_are_the_operators(people, user):
    """From where the identity of SourceArn covers it, and Reply-To."""
    people.respond("BLOCK", mails={"From": "Security <alert@example.com>", "ReplyTo": "help@example.com"})
    people.attempt(user)
    (mail,) = people.mails(user)
    assert (mail["From"], mail["Reply-To"]) == ("Security <alert@example.com>", "help@example.com")


def test_sender_that_the_identity_does_not_cover_is_refused(people):
    with pytest.raises(ClientError, match="From is no address of the identity that SourceArn names"):
        people.respond("BLOCK", mails={"From": "alert@example.org"})


@pytest.mark.parametrize(
    ("identity", "sender", "holds"),
    [
        ("example.com", "a@example.com", True),
        ("example.com", "Ann <a@mail.Example.com>", True),
        ("example.com", "a@notexample.com", False),
        ("example.com", "example.com", False),
        ("a@example.com", "A@example.com", True),
        ("a@example.com", "b@example.com", False),
        ("", "a@example.com", False),
        ("com", "", False),
    ],
)
def test_identity_vouches_for_its_address_or_domain(identity, sender, holds):
    assert may_send_as(f"arn:aws:ses:us-east-1:123456789012:identity/{identity}", sender) is holds
    assert may_send_as(f"arn:aws:sns:us-east-1:123456789012:{identity}", sender) is False


class TestSilence:
    def test_nothing_acts_nothing_is_sent(self, sending, post):
        """AUDIT only writes down."""
        people = Notified(sending, post, mode="AUDIT")
        user = people.person()
        people.respond("BLOCK")
        assert people.attempt(user) is not None
        assert people.extended(user)[0]["EventRisk"]["RiskLevel"]
        assert people.mails(user) == []

    def test_level_that_does_not_notify(self, people, user):
        people.respond("BLOCK", notify=False)
        assert people.attempt(user) is None
        assert people.mails(user) == []
        assert "NotificationId" not in people.extended(user)[0]

    def test_wrong_password(self, people, user):
        """However far away it was tried."""
        people.respond("BLOCK")
        people.attempt(user, password="wrong")
        assert people.mails(user) == []

    def test_no_risk(self, people, user):
        people.respond("BLOCK")
        assert people.attempt(user, address=HOME, agent=CHROME) is not None
        assert people.mails(user) == []

    @pytest.mark.slow
    def test_blocked_address(self, people, user):
        """The operator's own list is no risk that was found."""
        people.api.set_risk_configuration(
            UserPoolId=people.pool,
            AccountTakeoverRiskConfiguration={
                "Actions": {
                    f"{level}Action": {"Notify": True, "EventAction": "BLOCK"} for level in ("Low", "High")
                }
            },
            RiskExceptionConfiguration={"BlockedIPRangeList": ["41.58.0.0/16"]},
        )
        assert people.attempt(user) is None
        assert people.mails(user) == []

    @pytest.mark.slow
    def test_nobody_to_write_to(self, people):
        user = people.user()
        people.habits(user)
        people.respond("BLOCK")
        assert people.attempt(user) is None
        assert people.extended(user)[0]["EventRisk"]["RiskDecision"] == "Block"
        assert "NotificationId" not in people.extended(user)[0]


class TestOnce:
    def test_same_device_and_response_speak_once_a_day(self, people, user):
        people.respond("BLOCK")
        people.attempt(user)
        people.attempt(user)
        people.attempt(user, address=ELSEWHERE)
        assert len(people.mails(user)) == 1
        people.service.clock.advance(timedelta(days=1, minutes=1).total_seconds())
        people.attempt(user)
        assert len(people.mails(user)) == 2

    def test_another_response_speaks(self, people, user):
        """A block after a sign-in that was let through is news, and the other way round."""
        people.respond("NO_ACTION")
        people.attempt(user)
        people.service.clock.advance(60)
        people.respond("BLOCK")
        people.attempt(user)
        people.attempt(user)
        subjects = [mail["Subject"] for mail in people.mails(user)]
        assert subjects == ["New sign-in attempt", "Blocked sign-in attempt"]

    @pytest.mark.slow
    def test_another_device_speaks(self, people, user):
        people.respond("BLOCK")
        people.attempt(user)
        people.attempt(
            user, agent=CHROME.replace("Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7")
        )
        assert len(people.mails(user)) == 2

    @pytest.mark.slow
    def test_somebody_with_the_password_can_not_bury_the_user(self, people, user):
        """Ten mails of one response a day, whatever device is made up; another response still speaks."""
        people.respond("BLOCK")
        for version in range(14):
            people.attempt(user, agent=FIREFOX.replace("144", str(100 + version)))
        assert len(people.mails(user)) == 10
        people.respond("NO_ACTION")
        people.attempt(user)
        assert len(people.mails(user)) == 11

    @pytest.mark.slow
    def test_of_attempts_at_once_one_speaks(self, people, user):
        from concurrent.futures import ThreadPoolExecutor

        people.respond("BLOCK")
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: people.attempt(user), range(4)))
        assert len(people.mails(user)) == 1


@pytest.mark.slow
def test_challenge_that_is_answered_is_told_once(people, user):
    """The request that decides tells; the answer to the challenge says nothing more."""
    people.mfa("OPTIONAL")
    totp = people.register_totp(people.sign_in(user)["AuthenticationResult"]["AccessToken"])
    people.respond("MFA_REQUIRED")
    challenge = people.attempt(user)
    assert challenge["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    people.answer(challenge, user, admin=True, SOFTWARE_TOKEN_MFA_CODE=people.code(totp))
    assert len(people.mails(user)) == 1


def test_sender_of_the_customers_own_gets_the_facts(people, user, functions):
    """CustomEmailSender_AccountTakeOverNotification: the token as code, the values beside it."""
    source = "CustomEmailSender_AccountTakeOverNotification"
    functions.on(source, answering())
    people.api.update_user_pool(
        UserPoolId=people.pool,
        UserPoolAddOns={"AdvancedSecurityMode": "ENFORCED"},
        LambdaConfig={
            "CustomEmailSender": {"LambdaArn": arn("sender"), "LambdaVersion": "V1_0"},
            "KMSKeyID": "arn:aws:kms:us-east-1:123456789012:key/k",
        },
    )
    people.respond("BLOCK")
    people.attempt(user)
    assert people.mails(user) == []
    (call,) = functions.events(source)
    request, event = call["request"], people.extended(user)[0]
    assert (call["userName"], request["type"]) == (user, "customEmailSenderRequestV1")
    values = request["clientMetadata"]
    assert set(values) == set(PLACEHOLDERS)
    assert (values["event-id"], values["city"]) == (event["EventId"], "Lagos")
    assert request["code"] == values["feedback-token"]
    people.api.update_auth_event_feedback(
        UserPoolId=people.pool,
        Username=user,
        EventId=event["EventId"],
        FeedbackToken=request["code"],
        FeedbackValue="Invalid",
    )
    assert people.extended(user)[0]["EventFeedback"]["FeedbackValue"] == "Invalid"


@pytest.mark.slow
def test_mail_waits_in_the_outbox_with_its_event(people, user):
    """Sealed, under the id that the event names: both are one unit."""
    people.respond("BLOCK")
    people.attempt(user)
    event = people.extended(user)[0]
    attributes = people.api.admin_get_user(UserPoolId=people.pool, Username=user)["UserAttributes"]
    address = next(each["Value"] for each in attributes if each["Name"] == "email")
    ((message, content),) = messages_to(people.service, address)
    assert (message.id, message.purpose) == (event["NotificationId"], "AccountTakeOverNotification")
    assert content is not None
    assert content.secret.encode() not in message.content
    assert IDENTITY not in json.dumps(event)


@pytest.mark.slow
def test_outbox_command_tells_codes_and_notifications_apart(tmp_path):
    """In development nothing is sent: a code is not hidden by a mail about the sign-in that asked for it."""
    with Service(settings_for(tmp_path)) as service, MailServer() as unused:
        people = Notified(service, unused)
        people.mfa("OPTIONAL", totp=False, email=True)
        user = people.user()
        people.reachable(user, email="ann@example.com", phone_number="+4791234567")
        people.habits(user)
        people.respond("MFA_REQUIRED")
        challenge = people.attempt(user)
        assert challenge["ChallengeName"] == "EMAIL_OTP"
        command = [
            "outbox",
            "latest",
            "ann@example.com",
            "--database",
            f"sqlite:///{tmp_path / 'service.db'}",
        ]
        run = CliRunner(env={"RISKENGINE_SECRET_KEY": MASTER_KEY}).invoke
        code = run(riskengine, command).output.strip()
        mail = run(riskengine, [*command, "--notification"]).output
        people.answer(challenge, user, admin=True, EMAIL_OTP_CODE=code)
    assert "Was this you?" in mail
    assert "/risk/feedback?token=" in mail


def test_logs_tell_no_token(people, user, capsys):
    people.post.replies = ["451 later"]
    people.respond("BLOCK")
    people.attempt(user)
    people.mails(user)
    people.service.clock.advance(60)
    (mail,) = people.mails(user)
    told = capsys.readouterr()
    assert "message_not_taken" in told.err
    assert token_in(mail) not in told.err + told.out


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a</p><p>b&amp;c</p>", "a\nb&c"),
        ("<head><title>no</title><body>yes<br>two", "yes\ntwo"),
        ('<a href="https://x.example/?a=1&amp;b=2">go</a> on', "go (https://x.example/?a=1&b=2) on"),
        ('<a href="javascript:no">go</a>', "go"),
        ("<script>no()</script>x<style>no{}</style>", "x"),
        ("</a></p>lost", "lost"),
        ("", ""),
    ],
)
def test_words_of_html(html, text):
    assert words_of(html) == text
