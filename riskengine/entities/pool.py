"""A user pool: the API's own description of it, and what the API does not show."""

from typing import Literal

from msgspec import Struct

from riskengine import api
from riskengine.entities.pool_choices import is_test, revokes_on_invalid, stance_of
from riskengine.risk import Stance

_CALM = Stance()
ThreatMode = Literal["OFF", "AUDIT", "ENFORCED"]


class Pool(Struct, frozen=True, kw_only=True):
    """A user pool. `description` is what DescribeUserPool answers."""

    id: str
    created: int
    modified: int
    description: api.UserPoolType
    is_software_token_enabled: bool = False
    software_token_configuration: api.SoftwareTokenMfaConfigType | None = None
    sms_mfa_configuration: api.SmsMfaConfigType | None = None
    email_mfa_configuration: api.EmailMfaConfigType | None = None
    web_authn_configuration: api.WebAuthnConfigurationType | None = None
    tracks_sessions: bool = False
    most_sessions: int = 20  # of a user, where sessions are tracked
    log_configurations: tuple[api.LogConfigurationType, ...] = ()
    version: int = 0

    @property
    def short_name(self) -> str:
        """What follows the underscore of the id: the pool name in SRP."""
        return self.id.partition("_")[2]

    @property
    def is_case_sensitive(self) -> bool:
        """Whether `Alice` and `alice` are two users (API default: yes)."""
        configuration = self.description.username_configuration
        return configuration is None or configuration.case_sensitive is not False

    @property
    def threat_mode(self) -> ThreatMode:
        """Advanced security: OFF, AUDIT (record only) or ENFORCED."""
        add_ons = self.description.user_pool_add_ons
        mode = add_ons.advanced_security_mode if add_ons else None
        return "ENFORCED" if mode == "ENFORCED" else "AUDIT" if mode == "AUDIT" else "OFF"

    @property
    def custom_threat_mode(self) -> ThreatMode:
        """What threat protection does in CUSTOM_AUTH: a switch of its own, OFF where it is absent."""
        add_ons = self.description.user_pool_add_ons
        flows = add_ons.advanced_security_additional_flows if add_ons else None
        mode = flows.custom_auth_mode if flows else None
        if self.threat_mode == "OFF":
            return "OFF"
        return "ENFORCED" if mode == "ENFORCED" else "AUDIT" if mode == "AUDIT" else "OFF"

    def stance(self, client: str) -> Stance:
        """Where the risk levels of a client begin, as the pool's tags choose."""
        tags = self.description.user_pool_tags
        return stance_of(tags, client) if tags else _CALM

    @property
    def is_in_test_mode(self) -> bool:
        """Whether requests may force what threat protection finds in them."""
        return is_test(self.description.user_pool_tags or {})

    @property
    def mfa(self) -> Literal["OFF", "OPTIONAL", "ON"]:
        """Whether a second factor is never, sometimes or always asked."""
        mode = self.description.mfa_configuration
        return "ON" if mode == "ON" else "OPTIONAL" if mode == "OPTIONAL" else "OFF"

    @property
    def revokes_on_invalid(self) -> bool:
        """Whether an Invalid verdict ends its event's sessions: yes, unless the pool's tag says false."""
        return revokes_on_invalid(self.description.user_pool_tags or {})

    def username_key(self, username: str) -> str:
        """The form in which user names are compared."""
        return username if self.is_case_sensitive else username.lower()
