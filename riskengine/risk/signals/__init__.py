"""The signals, in the order their reasons are listed: to add one is to add a line."""

from collections.abc import Callable
from typing import Final

from riskengine.risk.signals.behaviour import (
    header_order,
    hour,
    language,
    platform,
    rare_headers,
    screen,
    time_zone,
)
from riskengine.risk.signals.credential import account_failures, wide_password
from riskengine.risk.signals.device import (
    agent_downgrade,
    automated_agent,
    common_agent,
    device,
    device_birth,
    device_on_other_accounts,
    fault,
    mismatch,
    missing_collector,
)
from riskengine.risk.signals.location import distance
from riskengine.risk.signals.network import common_network, network, network_kind
from riskengine.risk.signals.reputation import (
    attack_wave,
    client_failures,
    exit_failures,
    recent_alarm,
    tainted,
    tainted_elsewhere,
)
from riskengine.risk.signals.velocity import impossible_travel
from riskengine.risk.view import Signal, View

SignalRule = Callable[[View], Signal | None]

SIGNALS: Final[tuple[SignalRule, ...]] = (
    network,
    common_network,
    network_kind,
    device,
    common_agent,
    automated_agent,
    agent_downgrade,
    missing_collector,
    device_on_other_accounts,
    device_birth,
    mismatch,
    fault,
    distance,
    impossible_travel,
    language,
    time_zone,
    header_order,
    rare_headers,
    platform,
    screen,
    hour,
    exit_failures,
    client_failures,
    attack_wave,
    account_failures,
    wide_password,
    tainted,
    tainted_elsewhere,
    recent_alarm,
)
