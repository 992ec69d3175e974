"""What a level of risk leads to, by the operator's policy."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from riskengine.risk.level import Level
from riskengine.risk.reasons import Assessment


class Action(StrEnum):
    """What happens to a sign-in, in Cognito's words."""

    NO_ACTION = "NO_ACTION"
    MFA_IF_CONFIGURED = "MFA_IF_CONFIGURED"
    MFA_REQUIRED = "MFA_REQUIRED"
    BLOCK = "BLOCK"


@dataclass(frozen=True, slots=True)
class Policy:
    """The action each level asks for."""

    low: Action = Action.NO_ACTION
    medium: Action = Action.MFA_IF_CONFIGURED
    high: Action = Action.MFA_REQUIRED


RiskDecision = Literal["NoRisk", "AccountTakeover", "Block"]


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict as an event records it, and what to do."""

    risk_decision: RiskDecision
    action: Action


def decide(assessment: Assessment, policy: Policy) -> Decision:
    """Turn an assessment into the policy's action for its level."""
    if assessment.level is Level.NONE:
        return Decision("NoRisk", Action.NO_ACTION)
    action = {Level.LOW: policy.low, Level.MEDIUM: policy.medium, Level.HIGH: policy.high}[assessment.level]
    return Decision("Block" if action is Action.BLOCK else "AccountTakeover", action)
