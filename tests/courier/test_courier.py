"""Messages on their way: durable, retried, sent once, and never told to a log."""

import base64
import hashlib
import hmac
import json

import pytest
from click.testing import CliRunner
from courier_servers import MailServer, SmsHook
from msgspec.structs import replace
from outbox_reader import messages_to, newest_code
from people import PASSWORD, People
from service import MASTER_KEY, Service, settings_for

from riskengine.cli.commands import riskengine
from riskengine.courier.envelope import Content
from riskengine.courier.smtp import SmtpServer, composed
from riskengine.entities import Message
from riskengine.jobs.deliver import deliver_due

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()


@pytest.fixture
def post():
    with MailServer() as server:
        yield server


@pytest.fixture
def hook():
    with SmsHook() as server:
        yield server


@pytest.fixture
def sending(tmp_path, post, hook):
    """A service that sends; its clock may be turned."""
    settings = settings_for(tmp_path, smtp=post.url, sms_url=hook.url, webhook_secret=SECRET)
    with Service(settings) as running:
        yield running


@pytest.fixture
def people(sending) -> People:
    people = People(sending)
    people.pool_with(AutoVerifiedAttributes=["email", "phone_number"])
    return people


def sign_up(people: People, name: str = "ann", **attributes: str) -> None:
    attributes = attributes or {"email": "ann@example.com"}
    listed = [{"Name": key, "Value": value} for key, value in attributes.items()]
    people.api.sign_up(ClientId=people.client, Username=name, Password=PASSWORD, UserAttributes=listed)


def deliver(service: Service) -> int:
    return service.do(deliver_due)


def state(service: Service, destination: str = "ann@example.com") -> tuple[str, int, str, bool]:
    (message, content), *_ = messages_to(service, destination)
    return message.status, message.tries, message.trouble, content is not None


def test_mail_arrives_and_is_wiped(sending, people, post):
    """What a server has taken is kept no longer: the code must not linger."""
    sign_up(people)
    code = newest_code(sending, "ann@example.com")
    assert deliver(sending) == 1
    (mail,) = post.mails
    assert (mail["To"], mail["From"]) == ("ann@example.com", "app@example.com")
    assert code in mail.get_content()
    assert mail["Auto-Submitted"] == "auto-generated"
    assert state(sending) == ("sent", 1, "", False)
    assert deliver(sending) == 0
    people.api.confirm_sign_up(ClientId=people.client, Username="ann", ConfirmationCode=code)


def test_busy_server_is_asked_again(sending, people, post):
    """A reply of 4yz means later; the mail keeps its Message-ID."""
    post.replies = ["451 Try again"]
    sign_up(people)
    deliver(sending)
    status, tries, trouble, is_there = state(sending)
    assert (status, tries, is_there) == ("waiting", 1, True)
    assert "451" in trouble
    assert deliver(sending) == 0
    sending.clock.advance(60)
    assert deliver(sending) == 1
    assert len(post.mails) == 1
    (message, _), *_ = messages_to(sending, "ann@example.com")
    assert post.mails[0]["Message-ID"] == f"<{message.id}@riskengine>"


def test_refusal_is_final(sending, people, post):
    post.replies = ["550 No such user"]
    sign_up(people)
    deliver(sending)
    assert state(sending)[0] == "failed"
    sending.clock.advance(7200)
    assert deliver(sending) == 0
    assert post.mails == []


def test_killed_between_claim_and_sending(sending, people, post):
    """The claim runs out, and whoever comes next sends it."""
    sign_up(people)

    async def claim(services):
        (message,) = await services.storage.outbox.due(services.clock.now(), limit=1)
        async with services.storage.transaction() as tx:
            tx.outbox.save(replace(message, due=services.clock.now() + 120_000_000, tries=1))

    sending.do(claim)
    assert deliver(sending) == 0
    sending.clock.advance(121)
    assert deliver(sending) == 1
    assert len(post.mails) == 1


def test_two_couriers_send_once(sending, people, post):
    """Both see the message; one claim holds."""
    import asyncio

    for number in range(10):
        sign_up(people, f"user{number}", email=f"user{number}@example.com")

    async def both(services):
        await asyncio.gather(*(deliver_due(services) for _ in range(4)))

    sending.do(both)
    assert sorted(mail["To"] for mail in post.mails) == sorted(f"user{n}@example.com" for n in range(10))


def test_sms_goes_to_a_signed_hook(sending, people, hook):
    """By the Standard Webhooks convention; the id stays when it is tried again."""
    hook.statuses = [503]
    sign_up(people, phone_number="+4791234567")
    code = newest_code(sending, "+4791234567")
    deliver(sending)
    assert state(sending, "+4791234567")[0] == "waiting"
    sending.clock.advance(60)
    deliver(sending)
    assert state(sending, "+4791234567")[0] == "sent"
    first, second = hook.messages()
    assert first == second
    assert (first["to"], first["purpose"]) == ("+4791234567", "SignUp")
    assert code in first["text"]
    headers, body = hook.taken[1]
    message = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.digest(key, message, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["webhook-id"] == first["id"]


def test_no_log_tells_code_or_address(sending, people, post, capsys):
    """Troubles are told by kind and number only."""
    post.replies = ["451 try again ann@example.com"] * 2
    sign_up(people)
    code = newest_code(sending, "ann@example.com")
    deliver(sending)
    sending.clock.advance(60)
    deliver(sending)
    told = capsys.readouterr()
    assert "message_not_taken" in told.err
    assert code not in told.err + told.out
    assert "ann@example.com" not in told.err + told.out


def test_outbox_command_tells_the_newest_code(tmp_path):
    """In development nothing is sent: the command reads what would have been."""
    with Service(settings_for(tmp_path)) as service:
        people = People(service)
        people.pool_with(AutoVerifiedAttributes=["email"])
        sign_up(people)
        code = newest_code(service, "ann@example.com")
        deliver(service)
        assert state(service)[0] == "kept"
    database = ["--database", f"sqlite:///{tmp_path / 'service.db'}"]
    environment = {"RISKENGINE_SECRET_KEY": MASTER_KEY}
    run = CliRunner(env=environment).invoke
    latest = run(riskengine, ["outbox", "latest", "ann@example.com", *database])
    assert (latest.exit_code, latest.output.strip()) == (0, code)
    listed = run(riskengine, ["outbox", "list", "--json", *database])
    (line,) = json.loads(listed.output)
    assert (line["Destination"], line["Status"], line["Purpose"]) == ("ann@example.com", "kept", "SignUp")
    assert code not in listed.output
    none = run(riskengine, ["outbox", "latest", "nobody@example.com", *database])
    assert none.exit_code == 1
    assert "no message" in none.output


@pytest.mark.parametrize("subject", ["Hello\r\nBcc: all@example.com", "a\nb", "tab\there"])
def test_headers_can_not_be_added(subject):
    """A line break in a subject or name stays within its header."""
    message = Message(
        pool="p",
        id="1",
        sub="",
        created=0,
        medium="EMAIL",
        purpose="SignUp",
        destination="a@example.com",
        content=b"",
        due=0,
        expires=1,
    )
    content = Content(subject=subject, body="<p>Hi <b>you</b></p>", secret="1", client="c")
    mail = composed(message, content, "App\r\nX: y <app@example.com>")
    assert mail["Bcc"] is None
    assert mail["X"] is None
    kinds = [part.get_content_type() for part in mail.iter_parts()]
    assert kinds == ["text/plain", "text/html"]


@pytest.mark.parametrize("url", ["", "http://x", "smtp://", "smtp://h?starttls=maybe"])
def test_bad_servers_are_told_without_their_password(url):
    with pytest.raises(ValueError, match="smtp must be"):
        SmtpServer.of(url)


def test_server_is_read_from_its_url():
    server = SmtpServer.of("smtps://me%40x:p%2Fw@mail.example.com")
    assert (server.host, server.port, server.username, server.is_tls) == (
        "mail.example.com",
        465,
        "me@x",
        True,
    )
    assert server.password is not None
    assert server.password.reveal() == "p/w"
    assert "p/w" not in repr(server)
