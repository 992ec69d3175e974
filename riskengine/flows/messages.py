"""Messages to users: what the pool's texts make of a code, queued in the same unit as the code itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from riskengine import api
from riskengine.base.clock import DAY
from riskengine.base.ids import new_uuid
from riskengine.base.secret import Secret
from riskengine.courier.envelope import Content, seal_content
from riskengine.entities import Message, Pool, User
from riskengine.entities.message import Medium
from riskengine.flows import hooks
from riskengine.flows.message_texts import CODE, USERNAME, Text, filled, text_of
from riskengine.flows.services import Services
from riskengine.storage.interface import Transaction

ATTRIBUTE_OF: Mapping[Medium, str] = {"EMAIL": "email", "SMS": "phone_number"}
MEDIUM_OF: Mapping[str, Medium] = {"email": "EMAIL", "phone_number": "SMS"}
_KEPT = DAY  # how long a message that nothing sends stays readable
_LONGEST_DESTINATION = 320  # an e-mail address: 64 + 1 + 255 (RFC 5321)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message to be. `purpose` is the suffix of the CustomMessage source.

    SignUp, AdminCreateUser, ResendCode, ForgotPassword, UpdateUserAttribute, VerifyUserAttribute,
    Authentication, or AccountTakeOverNotification, which has no CustomMessage. `secret` is the code, the
    temporary password of AdminCreateUser, or the feedback token of a notification.
    """

    pool: Pool
    client: str
    user: User
    purpose: str
    medium: Medium
    destination: str
    secret: Secret = field(repr=False)
    now: int
    metadata: Mapping[str, str] = field(default_factory=dict)


async def send(services: Services, tx: Transaction, letter: Letter) -> None:
    """Queue a message; it is on its way once the unit is durable (then wake the courier).

    Raises:
        CodeDeliveryFailureException: no message can go to such an address.
        UserLambdaValidationException, UnexpectedLambdaException, InvalidLambdaResponseException:
            of the CustomMessage trigger.
    """
    if not is_sendable(letter.destination):
        raise api.errors.CodeDeliveryFailureException("The address can't be written to.")
    text = filled(await _text(services, letter), letter.user.username, letter.secret)
    sender = letter.pool.description.email_configuration
    content = Content(
        subject=text.subject,
        body=text.body,
        secret=letter.secret.reveal(),
        client=letter.client,
        metadata=dict(letter.metadata),
        sender=(sender.from_ if sender else None) or "",
        reply_to=(sender.reply_to_email_address if sender else None) or "",
    )
    enqueue(services, tx, new_uuid(), letter, content)


def is_sendable(destination: str) -> bool:
    """Whether a message could go to such an address at all."""
    return len(destination) <= _LONGEST_DESTINATION and destination.isprintable()


def enqueue(services: Services, tx: Transaction, id_: str, letter: Letter, content: Content) -> None:
    """Put a composed message into the outbox, under an id that nothing else has."""
    message = Message(
        pool=letter.pool.id,
        id=id_,
        sub=letter.user.sub,
        created=letter.now,
        medium=letter.medium,
        purpose=letter.purpose,
        destination=letter.destination,
        content=b"",
        due=letter.now,
        expires=letter.now + _KEPT,
    )
    sealed = seal_content(services.sealer, message, content)
    tx.outbox.add(msgspec.structs.replace(message, content=sealed))


def details(medium: Medium, destination: str) -> api.CodeDeliveryDetailsType:
    """Where a message went, masked: t***@e***, +*******1234."""
    return api.CodeDeliveryDetailsType(
        attribute_name=ATTRIBUTE_OF[medium], delivery_medium=medium, destination=masked(destination)
    )


def masked(destination: str) -> str:
    """An address as strangers may see it."""
    local, at, domain = destination.partition("@")
    if at:
        return f"{local[:1]}***@{domain[:1]}***"
    return f"+*******{destination[-4:]}"


async def _text(services: Services, letter: Letter) -> Text:
    """The CustomMessage trigger's words where it has some, else the pool's."""
    text = text_of(letter.pool, letter.purpose, letter.medium)
    custom = await hooks.custom_message(services, letter)
    if custom is None:
        return text
    body = custom.sms if letter.medium == "SMS" else custom.email
    if body:
        _require_placeholders(letter, body)
    subject = custom.subject if letter.medium == "EMAIL" else ""
    return Text(body or text.body, subject or text.subject)


def _require_placeholders(letter: Letter, body: str) -> None:
    needed = (CODE, USERNAME) if letter.purpose == "AdminCreateUser" else (CODE,)
    missing = [name for name in needed if name not in body]
    if missing:
        raise api.errors.InvalidLambdaResponseException(
            f"CustomMessage answered a message without {' and '.join(missing)}"
        )
