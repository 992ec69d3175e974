"""What a flow may use of the house; filled in by wiring."""

from collections.abc import Mapping
from dataclasses import dataclass

from riskengine.base.clock import Clock
from riskengine.base.offload import Offload
from riskengine.config import Settings
from riskengine.context.attempt import AttemptBuilder
from riskengine.courier.interface import Courier, LogSink
from riskengine.credentials.seal import Sealer
from riskengine.flows.believed import Believed
from riskengine.flows.gate import Gate
from riskengine.flows.risk_desk import RiskDesk
from riskengine.flows.screening import Screening
from riskengine.flows.tail import Tail
from riskengine.flows.token_issuer import TokenIssuer
from riskengine.storage.interface import Storage
from riskengine.triggers.interface import Triggers


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that outlives a call."""

    settings: Settings
    clock: Clock
    storage: Storage
    believed: Believed  # the configuration as sign-ins read it
    offload: Offload
    sealer: Sealer
    attempts: AttemptBuilder
    screening: Screening
    password_key: bytes  # of the digests of attempted passwords; outside the database
    risk: RiskDesk
    gate: Gate  # against floods of failures
    tail: Tail
    tokens: TokenIssuer
    courier: Courier
    triggers: Triggers
    log_sinks: Mapping[str, LogSink]  # by ARN
