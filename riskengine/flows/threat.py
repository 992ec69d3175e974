"""Threat protection as configured: what is scored, screened, blocked, and what is done about it."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Protocol

from riskengine import api
from riskengine.context.address import parse_address
from riskengine.context.ranges import Ranges
from riskengine.entities import Pool, RiskConfiguration
from riskengine.entities.pool import ThreatMode
from riskengine.risk import Action, Level, Policy


class Effective(Protocol):
    """Risk configurations in effect: the store's, or those believed for a moment."""

    async def effective(self, pool: str, client: str) -> RiskConfiguration | None:
        """The client's own, else the pool's, else None."""
        ...


class ConfigurationReader(Protocol):
    """Where risk configurations are found."""

    @property
    def risk_configurations(self) -> Effective:
        """Risk configurations."""
        ...


COMPROMISED_EVENTS = ("SIGN_IN", "PASSWORD_CHANGE", "SIGN_UP")


def _action(event_action: Action) -> api.AccountTakeoverActionType:
    return api.AccountTakeoverActionType(notify=True, event_action=event_action.value)


# The documented sample of DescribeRiskConfiguration: it never locks out a user who has no second factor.
DEFAULT = api.RiskConfigurationType(
    compromised_credentials_risk_configuration=api.CompromisedCredentialsRiskConfigurationType(
        event_filter=list(COMPROMISED_EVENTS),
        actions=api.CompromisedCredentialsActionsType(event_action="BLOCK"),
    ),
    account_takeover_risk_configuration=api.AccountTakeoverRiskConfigurationType(
        actions=api.AccountTakeoverActionsType(
            low_action=_action(Action.NO_ACTION),
            medium_action=_action(Action.MFA_IF_CONFIGURED),
            high_action=_action(Action.MFA_IF_CONFIGURED),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class ThreatPolicy:
    """A risk configuration, ready to be asked."""

    mode: ThreatMode
    lists_mode: ThreatMode  # address lists follow the pool, whatever the mode of a flow
    policy: Policy
    compromised_events: frozenset[str]
    blocks_known_passwords: bool
    blocked: Ranges
    skipped: Ranges
    notified: frozenset[Level] = frozenset()  # of which levels users hear
    notification: api.NotifyConfigurationType | None = None

    def is_blocked(self, address: str | None) -> bool:
        """Whether sign-ins from here are refused; lists act in ENFORCED mode only."""
        return self.lists_mode == "ENFORCED" and self.blocked.contains(parse_address(address))

    def scores(self, address: str | None) -> bool:
        """Whether attempts from here get a risk score."""
        return self.mode != "OFF" and not (
            self.mode == "ENFORCED" and self.skipped.contains(parse_address(address))
        )

    def notifies(self, level: Level) -> bool:
        """Whether the user hears of a response to this level; nothing is sent where nothing acts."""
        return self.mode == "ENFORCED" and level in self.notified

    def screens(self, event: str) -> bool:
        """Whether passwords are looked up in this kind of event."""
        return self.mode != "OFF" and event in self.compromised_events

    def blocks_compromised(self, event: str) -> bool:
        """Whether a compromised password is refused in this kind of event."""
        return self.mode == "ENFORCED" and self.blocks_known_passwords and event in self.compromised_events


async def policy_for(
    reader: ConfigurationReader, pool: Pool, client: str, *, is_custom: bool = False
) -> ThreatPolicy:
    """What holds for a client: its own configuration, else the pool's, else the default.

    `is_custom`: in CUSTOM_AUTH, whose mode is a switch of its own over the same configuration.
    """
    if pool.threat_mode == "OFF":
        return _OFF
    configuration = await reader.risk_configurations.effective(pool.id, client)
    mode = pool.custom_threat_mode if is_custom else pool.threat_mode
    if configuration is None:
        return _default(mode, pool.threat_mode)
    return _compiled(_Key(configuration), mode, pool.threat_mode)


class _Key:
    """A stored configuration, told apart by whose it is and when it was written."""

    def __init__(self, configuration: RiskConfiguration) -> None:
        self.configuration = configuration
        self._identity = (configuration.pool, configuration.client, configuration.modified)

    def __hash__(self) -> int:
        return hash(self._identity)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self._identity == other._identity


@lru_cache(maxsize=1024)
def _compiled(key: _Key, mode: ThreatMode, lists_mode: ThreatMode) -> ThreatPolicy:
    return compiled(key.configuration.description, mode, lists_mode)


@lru_cache(maxsize=16)
def _default(mode: ThreatMode, lists_mode: ThreatMode) -> ThreatPolicy:
    return compiled(DEFAULT, mode, lists_mode)


def compiled(
    description: api.RiskConfigurationType, mode: ThreatMode, lists_mode: ThreatMode | None = None
) -> ThreatPolicy:
    """A configuration made ready; parts that it leaves out do nothing."""
    takeover = description.account_takeover_risk_configuration
    compromised = description.compromised_credentials_risk_configuration
    exceptions = description.risk_exception_configuration
    actions = takeover.actions if takeover else api.AccountTakeoverActionsType()
    events = (compromised.event_filter or COMPROMISED_EVENTS) if compromised else ()
    by_level = {
        Level.LOW: actions.low_action,
        Level.MEDIUM: actions.medium_action,
        Level.HIGH: actions.high_action,
    }
    return ThreatPolicy(
        mode=mode,
        lists_mode=lists_mode or mode,
        policy=Policy(
            low=_parsed(actions.low_action),
            medium=_parsed(actions.medium_action),
            high=_parsed(actions.high_action),
        ),
        compromised_events=frozenset(events),
        blocks_known_passwords=compromised is not None and compromised.actions.event_action == "BLOCK",
        blocked=Ranges.of((exceptions.blocked_ip_range_list if exceptions else None) or ()),
        skipped=Ranges.of((exceptions.skipped_ip_range_list if exceptions else None) or ()),
        notified=frozenset(level for level, action in by_level.items() if action and action.notify),
        notification=takeover.notify_configuration if takeover else None,
    )


def weaker_actions(description: api.RiskConfigurationType) -> list[str]:
    """Where a higher level is answered more mildly than a lower one: allowed, but hardly meant."""
    takeover = description.account_takeover_risk_configuration
    if takeover is None:
        return []
    named = {
        "LowAction": _parsed(takeover.actions.low_action),
        "MediumAction": _parsed(takeover.actions.medium_action),
        "HighAction": _parsed(takeover.actions.high_action),
    }
    strength = list(Action)
    return [
        f"{higher} {named[higher].value} is weaker than {lower} {named[lower].value}."
        for lower, higher in combinations(named, 2)
        if strength.index(named[higher]) < strength.index(named[lower])
    ]


def _parsed(action: api.AccountTakeoverActionType | None) -> Action:
    return Action(action.event_action) if action else Action.NO_ACTION


_OFF = compiled(api.RiskConfigurationType(), "OFF")
