"""What messages are handed to in tests: a real SMTP server, and an HTTP hook for SMS."""

import json
import socket
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self

from aiosmtpd.controller import Controller
from local_server import Answer, LocalServer, Request


def free_port() -> int:
    """A port that was free a moment ago: the SMTP library wants to be told one."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class MailServer:
    """An SMTP server on a free port. `replies` are given to the next mails, then they are taken."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.replies: list[str] = []
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - the library's name
        if self.replies:
            return self.replies.pop(0)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._controller.stop()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._controller.port}?starttls=never"


class SmsHook(LocalServer):
    """Takes POSTs; `statuses` are answered to the next ones, then 200."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []

    @property
    def url(self) -> str:
        return f"{super().url}/sms"

    def messages(self) -> list[dict[str, str]]:
        return [json.loads(body) for _, body in self.taken]

    def respond(self, request: Request) -> Answer:
        """A status without a word."""
        self.taken.append(({name.lower(): value for name, value in request.headers.items()}, request.body))
        return Answer(self.statuses.pop(0) if self.statuses else 200, b"", {})
