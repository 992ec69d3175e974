"""The risk library: facts of a sign-in in, points with reasons out. No clock, no network, no storage."""

from riskengine.risk.attempt import DEVICE_FAULTS, MISMATCHES, NETWORK_KINDS, Agent, Attempt, Device, Network
from riskengine.risk.correction import Correction
from riskengine.risk.decision import Action, Decision, Policy, decide
from riskengine.risk.engine import Concluded, Conclusion, Engine, Verdict
from riskengine.risk.learning import fail, learn, taint, trust, unlearn
from riskengine.risk.level import Level, Stance, Thresholds
from riskengine.risk.model import PRESETS, Model, ModelError, default_model, load_model, parse_model
from riskengine.risk.population import Outcome, Population
from riskengine.risk.profile import Profile
from riskengine.risk.reasons import CODES, FAMILIES, Assessment, Reason, explain
from riskengine.risk.relearning import Relearned, relearned
from riskengine.risk.score import assess
from riskengine.risk.snapshot import Piece, add, standing_still

__all__ = [
    "CODES",
    "DEVICE_FAULTS",
    "FAMILIES",
    "MISMATCHES",
    "NETWORK_KINDS",
    "PRESETS",
    "Action",
    "Agent",
    "Assessment",
    "Attempt",
    "Concluded",
    "Conclusion",
    "Correction",
    "Decision",
    "Device",
    "Engine",
    "Level",
    "Model",
    "ModelError",
    "Network",
    "Outcome",
    "Piece",
    "Policy",
    "Population",
    "Profile",
    "Reason",
    "Relearned",
    "Stance",
    "Thresholds",
    "Verdict",
    "add",
    "assess",
    "decide",
    "default_model",
    "explain",
    "fail",
    "learn",
    "load_model",
    "parse_model",
    "relearned",
    "standing_still",
    "taint",
    "trust",
    "unlearn",
]
