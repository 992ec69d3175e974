"""What we tell beyond Cognito's model, to callers who ask for it by a header; strict clients never see it."""

import msgspec

from riskengine import api
from riskengine.api.model import Wire
from riskengine.base.clock import to_seconds
from riskengine.entities import AuthEvent
from riskengine.flows.verdicts import marked_until
from riskengine.operations.call import Call

HEADER = "x-riskengine-extensions"


class RiskReason(Wire, frozen=True, kw_only=True):
    """One part of a score; 10 points double the odds of an attack."""

    code: str
    points: int
    text: str


class ExtendedEventRisk(api.EventRiskType, frozen=True, kw_only=True):
    """An event's risk with its score, the sum of its reasons' points; absent where none was computed."""

    risk_score: int | None = None
    risk_reasons: list[RiskReason] | None = None
    risk_action: str | None = None  # the configured response that was applied


class FeedbackEntry(Wire, frozen=True, kw_only=True):
    """One verdict; `By` is the operator's access key, or the notification that the user answered."""

    feedback_value: str
    provider: str
    feedback_date: float
    by: str | None = None


class ExtendedAuthEvent(api.AuthEventType, frozen=True, kw_only=True):
    """An event with every verdict on it, and until when its device is shown as risky."""

    feedback_history: list[FeedbackEntry] | None = None  # oldest first
    marked_until: float | None = None
    notification_id: str | None = None  # of the mail that told the user


class ExtendedRiskConfiguration(api.RiskConfigurationType, frozen=True, kw_only=True):
    """A risk configuration with what is odd about it, in an operator's words."""

    warnings: list[str] | None = None


def are_wanted(call: Call) -> bool:
    """Whether the caller sent `X-Riskengine-Extensions: 1`."""
    return any(name.lower() == HEADER and value.strip() == "1" for name, value in call.headers)


def risk_configuration(
    described: api.RiskConfigurationType, warnings: list[str]
) -> ExtendedRiskConfiguration:
    """A risk configuration as Cognito tells it, and what is odd about it."""
    return ExtendedRiskConfiguration(**msgspec.structs.asdict(described), warnings=warnings)


def event_risk(event: AuthEvent, risk: api.EventRiskType) -> ExtendedEventRisk:
    """An event's risk as Cognito tells it, and what we know besides."""
    reasons = [RiskReason(code=each.code, points=each.points, text=each.text) for each in event.reasons]
    return ExtendedEventRisk(
        risk_decision=risk.risk_decision,
        risk_level=risk.risk_level,
        compromised_credentials_detected=risk.compromised_credentials_detected,
        risk_score=event.score,
        risk_reasons=None if event.score is None else reasons,
        risk_action=event.action,
    )


def auth_event(event: AuthEvent, told: api.AuthEventType) -> ExtendedAuthEvent:
    """An event as Cognito tells it, and what we know besides."""
    until = marked_until(event)
    history = [
        FeedbackEntry(
            feedback_value=each.value,
            provider=each.provider,
            feedback_date=to_seconds(each.date),
            by=each.by or None,
        )
        for each in event.verdicts
    ]
    return ExtendedAuthEvent(
        **msgspec.structs.asdict(told),
        feedback_history=history or None,
        marked_until=None if until is None else to_seconds(until),
        notification_id=event.notice or None,
    )
