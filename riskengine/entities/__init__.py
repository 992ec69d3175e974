"""What is stored: frozen structs. Times are whole microseconds since the epoch, UTC."""

from riskengine.entities.branding import Branding, UiCustomization
from riskengine.entities.client import Client
from riskengine.entities.code import RateWindow, SentCode
from riskengine.entities.device import Device
from riskengine.entities.domain import Domain
from riskengine.entities.event import AuthEvent, EventFeedback, EventReason
from riskengine.entities.group import Group
from riskengine.entities.identity_provider import IdentityProvider, ProviderType
from riskengine.entities.keys import AccessKey, SigningKey
from riskengine.entities.message import Message
from riskengine.entities.passkey import Passkey
from riskengine.entities.pool import Pool
from riskengine.entities.resource_server import ResourceServer, ResourceServerScope
from riskengine.entities.risk_configuration import RiskConfiguration
from riskengine.entities.session import Session
from riskengine.entities.terms import Terms
from riskengine.entities.user import Credential, Lockout, SoftwareToken, User

__all__ = [
    "AccessKey",
    "AuthEvent",
    "Branding",
    "Client",
    "Credential",
    "Device",
    "Domain",
    "EventFeedback",
    "EventReason",
    "Group",
    "IdentityProvider",
    "Lockout",
    "Message",
    "Passkey",
    "Pool",
    "ProviderType",
    "RateWindow",
    "ResourceServer",
    "ResourceServerScope",
    "RiskConfiguration",
    "SentCode",
    "Session",
    "SigningKey",
    "SoftwareToken",
    "Terms",
    "UiCustomization",
    "User",
]
