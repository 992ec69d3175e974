"""What is stored: frozen structs. Times are whole microseconds since the epoch, UTC."""

from riskengine.entities.branding import Branding, UiCustomization
from riskengine.entities.client import Client, ClientSecret
from riskengine.entities.code import RateWindow, SentCode
from riskengine.entities.device import Device
from riskengine.entities.domain import Domain
from riskengine.entities.event import AuthEvent, EventFeedback, EventReason
from riskengine.entities.group import Group
from riskengine.entities.identity_provider import IdentityProvider, ProviderType
from riskengine.entities.keys import AccessKey, SigningKey
from riskengine.entities.learned import Learned, LearnedVersion
from riskengine.entities.log_line import LogLine
from riskengine.entities.message import Message
from riskengine.entities.observation import Observation, Worker
from riskengine.entities.passkey import Passkey
from riskengine.entities.pool import Pool
from riskengine.entities.resource_server import ResourceServer, ResourceServerScope
from riskengine.entities.risk_configuration import RiskConfiguration
from riskengine.entities.session import Seen, Session
from riskengine.entities.terms import Terms
from riskengine.entities.user import Credential, ForeignHash, LinkedIdentity, Lockout, SoftwareToken, User
from riskengine.entities.user_import import ImportJob

__all__ = [
    "AccessKey",
    "AuthEvent",
    "Branding",
    "Client",
    "ClientSecret",
    "Credential",
    "Device",
    "Domain",
    "EventFeedback",
    "EventReason",
    "ForeignHash",
    "Group",
    "IdentityProvider",
    "ImportJob",
    "Learned",
    "LearnedVersion",
    "LinkedIdentity",
    "Lockout",
    "LogLine",
    "Message",
    "Observation",
    "Passkey",
    "Pool",
    "ProviderType",
    "RateWindow",
    "ResourceServer",
    "ResourceServerScope",
    "RiskConfiguration",
    "Seen",
    "SentCode",
    "Session",
    "SigningKey",
    "SoftwareToken",
    "Terms",
    "UiCustomization",
    "User",
    "Worker",
]
