"""People who hear of risky sign-ins by mail."""

import re
from email.message import EmailMessage
from typing import Any

from courier_servers import MailServer
from people import AWAY, FIREFOX, PASSWORD, People
from service import Service

from riskengine.jobs.deliver import deliver_due

LEVELS = ("Low", "Medium", "High")
IDENTITY = "arn:aws:ses:us-east-1:123456789012:identity/example.com"
EXTENDED = {"X-Riskengine-Extensions": "1"}


class Notified(People):
    """A pool whose service hands its mail to a real SMTP server."""

    def __init__(self, service: Service, post: MailServer, **settings: Any) -> None:
        super().__init__(service, **settings)
        self.post = post

    def person(self, days: int = 7, **attributes: str) -> str:
        """Somebody with habits and an address of their own, unverified."""
        user = self.user()
        address = f"{user}-{self.pool[-9:].lower()}@example.com"
        self.reachable(user, **{"email": address, "email_verified": "false", **attributes})
        self.habits(user, days)
        return user

    def respond(self, action: str, *, notify: bool = True, mails: dict[str, Any] | None = None) -> None:
        """The same response to every level of risk."""
        actions = {f"{level}Action": {"Notify": notify, "EventAction": action} for level in LEVELS}
        takeover: dict[str, Any] = {"Actions": actions}
        if mails is not None:
            takeover["NotifyConfiguration"] = {"SourceArn": IDENTITY, **mails}
        self.api.set_risk_configuration(UserPoolId=self.pool, AccountTakeoverRiskConfiguration=takeover)

    def attempt(
        self, user: str, *, address: str = AWAY, agent: str = FIREFOX, password: str = PASSWORD
    ) -> Any:
        """A sign-in from far away; None where it is refused."""
        try:
            return self.sign_in_from(address, agent, user, password)
        except self.api.exceptions.NotAuthorizedException:
            return None

    def mails(self, user: str) -> list[EmailMessage]:
        """What the user has got so far, oldest first."""
        while self.service.do(deliver_due):
            continue
        attributes = self.api.admin_get_user(UserPoolId=self.pool, Username=user)["UserAttributes"]
        address = next(each["Value"] for each in attributes if each["Name"] == "email")
        mine = [mail for mail in self.post.mails if mail["To"] == address]
        return sorted(mine, key=lambda mail: mail["Date"].datetime)

    def extended(self, user: str) -> list[dict[str, Any]]:
        """The user's events with what Cognito has no members for, newest first."""
        import json

        name, bodies = "cognito-identity-provider.AdminListUserAuthEvents", []
        client = self.service.boto3()
        client.meta.events.register(
            f"before-call.{name}", lambda params, **_: params["headers"].update(EXTENDED)
        )
        client.meta.events.register(
            f"after-call.{name}", lambda http_response, **_: bodies.append(http_response.content)
        )
        client.admin_list_user_auth_events(UserPoolId=self.pool, Username=user)
        return list(json.loads(bodies[0])["AuthEvents"])

    def judge(self, user: str, event: str, value: str) -> None:
        """An operator's word."""
        self.api.admin_update_auth_event_feedback(
            UserPoolId=self.pool, Username=user, EventId=event, FeedbackValue=value
        )


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def html_of(mail: EmailMessage) -> str:
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def link_in(mail: EmailMessage, value: str) -> str:
    found = re.search(rf"https?://\S+value={value}", text_of(mail))
    assert found
    return found[0]


def token_in(mail: EmailMessage) -> str:
    return link_in(mail, "Valid").partition("token=")[2].partition("&")[0]
