"""What is stored: frozen structs. Times are whole microseconds since the epoch, UTC."""

from riskengine.entities.client import Client
from riskengine.entities.event import AuthEvent, EventFeedback, EventReason
from riskengine.entities.group import Group
from riskengine.entities.keys import AccessKey, SigningKey
from riskengine.entities.pool import Pool
from riskengine.entities.risk_configuration import RiskConfiguration
from riskengine.entities.session import Session
from riskengine.entities.user import Credential, Lockout, SoftwareToken, User

__all__ = [
    "AccessKey",
    "AuthEvent",
    "Client",
    "Credential",
    "EventFeedback",
    "EventReason",
    "Group",
    "Lockout",
    "Pool",
    "RiskConfiguration",
    "Session",
    "SigningKey",
    "SoftwareToken",
    "User",
]
