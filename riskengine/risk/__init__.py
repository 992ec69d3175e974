"""The risk library: facts of a sign-in in, points with reasons out. No clock, no network, no storage."""

from riskengine.risk.attempt import DEVICE_FAULTS, MISMATCHES, NETWORK_KINDS, Agent, Attempt, Device, Network
from riskengine.risk.decision import Action, Decision, Policy, decide
from riskengine.risk.engine import Conclusion, Engine, Verdict
from riskengine.risk.learning import fail, learn, taint, trust, unlearn
from riskengine.risk.level import Level, Thresholds
from riskengine.risk.model import Model, ModelError, default_model, load_model, parse_model
from riskengine.risk.population import Outcome, Population
from riskengine.risk.profile import Profile
from riskengine.risk.reasons import CODES, Assessment, Reason, explain
from riskengine.risk.score import assess

__all__ = [
    "CODES",
    "DEVICE_FAULTS",
    "MISMATCHES",
    "NETWORK_KINDS",
    "Action",
    "Agent",
    "Assessment",
    "Attempt",
    "Conclusion",
    "Decision",
    "Device",
    "Engine",
    "Level",
    "Model",
    "ModelError",
    "Network",
    "Outcome",
    "Policy",
    "Population",
    "Profile",
    "Reason",
    "Thresholds",
    "Verdict",
    "assess",
    "decide",
    "default_model",
    "explain",
    "fail",
    "learn",
    "load_model",
    "parse_model",
    "taint",
    "trust",
    "unlearn",
]
