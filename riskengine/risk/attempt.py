"""One sign-in attempt as facts: where from, with what, how. None means unknown, never bad."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Network:
    """Where an attempt came from.

    `ip` and `prefix` are compared, never shown: clear text or keyed digests, as the caller likes,
    but always in one form. An IPv4 prefix is a /24, an IPv6 prefix a /64.
    """

    ip: str | None = None
    prefix: str | None = None
    asn: int | None = None
    organisation: str | None = None
    country: str | None = None  # ISO 3166-1 alpha-2
    city: str | None = None
    latitude: float | None = None  # degrees
    longitude: float | None = None
    accuracy_km: float | None = None  # radius that holds nine in ten true places
    kinds: frozenset[str] = frozenset()  # of NETWORK_KINDS


NETWORK_KINDS = ("hosting", "vpn", "tor", "listed", "mobile")


@dataclass(frozen=True, slots=True)
class Agent:
    """The user agent: its exact text as a digest, and its families."""

    exact: str | None = None
    browser: str | None = None
    browser_version: int | None = None  # major
    os: str | None = None
    os_version: str | None = None
    kind: str | None = None  # desktop, mobile, tablet, bot, library


@dataclass(frozen=True, slots=True)
class Device:
    """What the client-side collector says of the device (Cognito's EncodedData)."""

    collector: str | None = None  # version tag of the collector; None: it sent nothing
    id: str | None = None  # digest of the persisted DeviceId
    born: float | None = None  # epoch seconds when the DeviceId says it was made
    fingerprint: str | None = None  # digest
    platform: str | None = None
    language: str | None = None
    timezone_minutes: int | None = None  # east of UTC
    screen: str | None = None
    faults: tuple[str, ...] = ()  # of DEVICE_FAULTS


DEVICE_FAULTS = ("signature", "username", "pool", "timestamp", "unreadable")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to sign in, before anybody knows how it ends."""

    time: float  # epoch seconds
    user: str
    network: Network = field(default_factory=Network)
    agent: Agent = field(default_factory=Agent)
    device: Device = field(default_factory=Device)
    language: str | None = None  # first of Accept-Language, lower case
    header_order: str | None = None  # digest of the header names in wire order
    mismatches: tuple[str, ...] = ()  # of MISMATCHES
    password: str | None = None  # digest of the attempted password under a key that is never stored
    user_exists: bool = True


MISMATCHES = ("agent_hints", "agent_collector", "platform", "language", "timezone_country", "bare_headers")
