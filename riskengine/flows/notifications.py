"""Tells a user by mail of a response to risk, in one unit with the event.

Once a day for each device and response: a repeated sign-in says nothing new, a block after one that was let
through does. Ten mails of one response a day at most: whoever has the password could else bury the user.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from msgspec.structs import replace

from riskengine import api
from riskengine.base.clock import DAY, SECOND
from riskengine.base.ids import new_uuid
from riskengine.base.secret import Secret
from riskengine.courier.envelope import Content
from riskengine.entities import AuthEvent, Pool, User
from riskengine.flows import messages
from riskengine.flows.feedback_tokens import feedback_token, one_click_link
from riskengine.flows.notification_texts import Response, composed
from riskengine.flows.senders import may_send_as
from riskengine.flows.services import Services
from riskengine.storage.interface import Transaction

PURPOSE = "AccountTakeOverNotification"
WINDOW = DAY
MOST_A_WINDOW = 10  # of one response
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who hears of an event, and as whose customer."""

    services: Services
    tx: Transaction
    pool: Pool
    client: str
    user: User
    configuration: api.NotifyConfigurationType | None
    now: int


async def notify(recipient: Recipient, event: AuthEvent, response: Response) -> AuthEvent:
    """The event, marked with its notification if one goes out; the address need not be verified."""
    destination = recipient.user.attributes.get("email", "")
    if not destination or not messages.is_sendable(destination):
        return event
    if not await _is_news(recipient, event, response):
        return event
    event = replace(event, notice=new_uuid())
    token = feedback_token(recipient.services, event)
    values = _values(recipient, event, token)
    letter = messages.Letter(
        pool=recipient.pool,
        client=recipient.client,
        user=recipient.user,
        purpose=PURPOSE,
        medium="EMAIL",
        destination=destination,
        secret=token,
        now=recipient.now,
        metadata=values,
    )
    content = _content(recipient, letter, response, values)
    messages.enqueue(recipient.services, recipient.tx, event.notice, letter, content)
    return event


def facts_of(event: AuthEvent) -> dict[str, str]:
    """What people are told of where and when a sign-in came from."""
    return {
        "ip-address": event.address or "unknown",
        "city": event.city or "unknown city",
        "country": event.country or "unknown country",
        "login-time": time_text(event.time),
        "device-name": event.device_name or "unknown device",
        "event-id": event.id,
    }


def time_text(time: int) -> str:
    """A time as anybody reads it: 17 July 2024, 17:25 UTC."""
    moment = datetime.fromtimestamp(time // SECOND, UTC)
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}, {moment:%H:%M} UTC"


def name_of(user: User) -> str:
    """What a user calls the account: where user names are made up by us, the address."""
    return user.attributes.get("email", user.username) if user.username == user.sub else user.username


def _values(recipient: Recipient, event: AuthEvent, token: Secret) -> dict[str, str]:
    services = recipient.services
    return {
        **facts_of(event),
        "username": name_of(recipient.user),
        "one-click-link-valid": one_click_link(services, token, "Valid"),
        "one-click-link-invalid": one_click_link(services, token, "Invalid"),
        "feedback-token": token.reveal(),
    }


def _content(
    recipient: Recipient, letter: messages.Letter, response: Response, values: Mapping[str, str]
) -> Content:
    mail = composed(recipient.configuration, response, values)
    own, pools = recipient.configuration, recipient.pool.description.email_configuration
    sender = own.from_ if own and own.from_ and may_send_as(own.source_arn, own.from_) else None
    reply_to = (own.reply_to if own else None) or (pools.reply_to_email_address if pools else None)
    return Content(
        subject=mail.subject,
        body=mail.text,
        html=mail.html,
        secret=letter.secret.reveal(),
        client=letter.client,
        # A sender of the customer's own composes the mail from these.
        metadata=dict(letter.metadata),
        sender=sender or (pools.from_ if pools else None) or "",
        reply_to=reply_to or "",
    )


async def _is_news(recipient: Recipient, event: AuthEvent, response: Response) -> bool:
    """Whether the user has not been told this; counts it as told from now on."""
    tx, pool, sub, now = recipient.tx, recipient.pool.id, recipient.user.sub, recipient.now
    device = sha256(_device(event).encode("utf-8", "surrogatepass")).hexdigest()[:24]
    counted = {}
    for kind, most in ((f"notice:{response}:{device}", 1), (f"notice:{response}", MOST_A_WINDOW)):
        window = await tx.rates.find(pool, sub, kind)
        recent = tuple(time for time in window.times if time > now - WINDOW)
        if len(recent) >= most:
            return False
        counted[kind] = replace(window, times=(*recent, now))
    for kind, window in counted.items():
        tx.rates.save(pool, sub, kind, window, expires=now + WINDOW)
    return True


def _device(event: AuthEvent) -> str:
    """What makes two sign-ins come from one device: its id, else its program, else its name."""
    attempt = event.attempt
    known = (attempt.device.id or attempt.agent.exact) if attempt else None
    return known or event.device_name or ""
