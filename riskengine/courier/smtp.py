"""E-mail by SMTP (RFC 5321), with STARTTLS or TLS as the URL says."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Literal, Self
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib

from riskengine.base.clock import SECOND
from riskengine.base.secret import Secret
from riskengine.courier.envelope import Content
from riskengine.courier.html_text import text_of
from riskengine.courier.interface import DeliveryError
from riskengine.entities import Message

_PORTS = {"smtp": 587, "smtps": 465}
_STARTTLS = ("required", "auto", "never")
_TIMEOUT = 20.0
_HTML_MARKS = ("<html", "<body", "<p", "<br", "<a ", "<div", "<span", "<table", "<b>", "<strong")


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed over: smtp://USER:PASSWORD@HOST:PORT?starttls=required, or smtps://."""

    host: str
    port: int
    username: str | None
    password: Secret | None = field(repr=False)
    is_tls: bool
    starttls: Literal["required", "auto", "never"]

    @classmethod
    def of(cls, url: str) -> Self:
        """Raises ValueError when the URL is none; the text never quotes it, as it may hold a password."""
        parts = urlsplit(url)
        starttls = parse_qs(parts.query).get("starttls", ["auto"])[0]
        if parts.scheme not in _PORTS or not parts.hostname or starttls not in _STARTTLS:
            raise ValueError("smtp must be smtp://HOST:PORT or smtps://HOST:PORT")
        return cls(
            host=parts.hostname,
            port=parts.port or _PORTS[parts.scheme],
            username=unquote(parts.username) if parts.username else None,
            password=Secret(unquote(parts.password)) if parts.password else None,
            is_tls=parts.scheme == "smtps",
            starttls="required" if starttls == "required" else "never" if starttls == "never" else "auto",
        )


class SmtpCarrier:
    """Hands mail to one server, a connection for each message."""

    def __init__(self, server: SmtpServer, sender: str) -> None:
        self._server = server
        self._sender = sender

    async def carry(self, message: Message, content: Content) -> None:
        """Hand the mail over; its Message-ID stays the same when it is tried again."""
        server = self._server
        mail = composed(message, content, content.sender or self._sender)
        try:
            await aiosmtplib.send(
                mail,
                sender=parseaddr(mail["From"])[1],
                recipients=[message.destination],
                hostname=server.host,
                port=server.port,
                username=server.username,
                password=server.password.reveal() if server.password else None,
                use_tls=server.is_tls,
                start_tls={"required": True, "never": False, "auto": None}[server.starttls],
                timeout=_TIMEOUT,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [refused.code for refused in error.recipients]
            raise _refused("SMTPRecipientsRefused", max(codes, default=0)) from None
        except aiosmtplib.SMTPResponseException as error:
            raise _refused(type(error).__name__, error.code) from None
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            # Without the text and the chain: a server's answer may quote the mail.
            raise DeliveryError(type(error).__name__) from None


def composed(message: Message, content: Content, sender: str) -> EmailMessage:
    """The mail; HTML goes with its text beside it."""
    mail = EmailMessage(policy=SMTP)
    mail["Message-ID"] = f"<{message.id}@riskengine>"
    mail["Date"] = format_datetime(datetime.fromtimestamp(message.created // SECOND, UTC))
    mail["From"] = _line(sender)
    mail["To"] = _line(message.destination)
    mail["Subject"] = _line(content.subject)
    if content.reply_to:
        mail["Reply-To"] = _line(content.reply_to)
    mail["Auto-Submitted"] = "auto-generated"
    html, text = content.html, content.body
    if html is None and any(mark in text.lower() for mark in _HTML_MARKS):
        html, text = text, ""
    mail.set_content(text or text_of(html or ""))
    if html:
        mail.add_alternative(html, subtype="html")
    return mail


def _line(text: str) -> str:
    # A line break in a header would let a user's name add headers of its own.
    return " ".join(text.split())


def _refused(name: str, code: int) -> DeliveryError:
    # RFC 5321 4.2.1: 4yz may be tried again, 5yz may not.
    return DeliveryError(f"{name} {code}", is_final=500 <= code < 600)
