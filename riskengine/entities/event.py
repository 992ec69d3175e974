"""One authentication event: what was tried, how risky it was, what was done, how it ended."""

from typing import Literal

from msgspec import Struct

from riskengine.risk.attempt import Attempt

EventType = Literal["SignIn", "SignUp", "ForgotPassword", "PasswordChange", "ResendCode"]
EventResponse = Literal["Pass", "Fail", "InProgress"]


class EventReason(Struct, frozen=True, array_like=True):
    """One reason for the score: its code, its points, the operator's words."""

    code: str
    points: int
    text: str


class EventFeedback(Struct, frozen=True, kw_only=True):
    """A verdict on an event, and who gave it when."""

    value: Literal["Valid", "Invalid"]
    provider: str  # Admin or User
    date: int
    by: str = ""  # the operator's access key, or the notification that the user answered


class AuthEvent(Struct, frozen=True, kw_only=True):
    """An event. `sub` is empty for a user name that nobody has; `attempt` is what it can teach."""

    pool: str
    sub: str
    id: str
    time: int
    type: EventType
    response: EventResponse
    username: str
    client: str
    request_id: str = ""
    failure: str | None = None  # why it failed: the error's type name
    score: int | None = None  # None: no risk was computed
    level: Literal["None", "Low", "Medium", "High"] | None = None
    decision: Literal["NoRisk", "AccountTakeover", "Block"] | None = None
    action: str | None = None  # the configured response that was applied
    mode: Literal["OFF", "AUDIT", "ENFORCED"] = "OFF"
    reasons: tuple[EventReason, ...] = ()
    thresholds: tuple[int, int, int] | None = None  # points of Low, Medium, High at that time
    is_compromised: bool = False  # the password stands in a list of known ones
    challenges: tuple[tuple[str, str], ...] = ()  # (Password or Mfa, Success or Failure)
    address: str | None = None
    device_name: str | None = None
    city: str | None = None
    country: str | None = None
    timezone: str | None = None
    has_context: bool = False
    attempt: Attempt | None = None
    learning: Literal["pending", "learned", "quarantined", "refused"] = "pending"
    feedback: EventFeedback | None = None  # the last verdict
    verdicts: tuple[EventFeedback, ...] = ()  # all of them, oldest first; bounded (flows.verdicts)
    session: str = ""  # the one that a sign-in opened
    notice: str = ""  # the notification that told the user of it
    version: int = 0
