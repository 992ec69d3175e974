"""What we tell beyond Cognito's model, to callers who ask for it by a header; strict clients never see it."""

from msgspec.structs import asdict

from riskengine import api
from riskengine.api.model import Wire
from riskengine.entities import AuthEvent
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
    return ExtendedRiskConfiguration(**asdict(described), warnings=warnings)


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
