"""From a raw context to an attempt: the only place where all kinds of facts come together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from riskengine.base.clock import to_seconds
from riskengine.context.address import Address, parse_address
from riskengine.context.agent import UNKNOWN_AGENT, ParsedAgent, parse_agent
from riskengine.context.digest import keyed_digest
from riskengine.context.fingerprint import Expected, Fingerprint, read_fields, read_fingerprint
from riskengine.context.geo import NOWHERE, Geo, Place
from riskengine.context.headers import Headers, hints_contradict, is_bare, platforms_differ, read_headers
from riskengine.context.networks import Networks
from riskengine.context.ranges import is_public
from riskengine.context.timezones import format_offset, is_offset_of
from riskengine.risk.attempt import Agent, Attempt, Network


@dataclass(frozen=True, slots=True)
class RawContext:
    """What a call brings: an address, header lines and the collector's words, none of it checked."""

    time: int  # microseconds
    address: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    encoded_data: str | None = None
    device_fields: Mapping[str, Any] | None = None  # contextData already decoded
    header_order_known: bool = False  # whether the headers are the wire's own, complete and in order


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose attempt it is, as far as the call says; `pool_key` keys the digests."""

    user: str
    pool_key: bytes
    pool_id: str | None = None
    client_id: str | None = None
    names: tuple[str, ...] = ()  # every name of the user that the collector may have been told
    user_exists: bool = True
    password: str | None = None  # digest of the attempted password


@dataclass(frozen=True, slots=True)
class Observed:
    """An attempt as risk sees it, and what people are shown of it."""

    attempt: Attempt
    address: str | None
    device_name: str
    city: str | None
    country: str | None  # English name
    timezone: str | None
    has_context: bool
    canonical: Address | None = None


class AttemptBuilder:
    """Builds attempts with one set of databases and lists."""

    def __init__(self, geo: Geo, networks: Networks) -> None:
        self.geo = geo
        self.networks = networks
        # The first agent loads the patterns: at start, not in somebody's sign-in.
        parse_agent("warm-up")

    def build(self, raw: RawContext, subject: Subject) -> Observed:
        """All facts of a raw context; what can't be read is unknown, never an error."""
        address = parse_address(raw.address)
        scored = address if is_public(address) else None
        place = self.geo.find(scored) if scored else NOWHERE
        headers = read_headers(raw.headers)
        told = _told(raw, subject)
        agent_text, agent = _agent(headers, told)
        order = headers.order if raw.header_order_known else None
        attempt = Attempt(
            time=to_seconds(raw.time),
            user=subject.user,
            network=self._network(scored, place, subject.pool_key),
            agent=_facts(agent_text, agent, subject.pool_key),
            device=told.device,
            language=headers.languages[0] if headers.languages else None,
            header_order=keyed_digest(subject.pool_key, "header order", order) if order else None,
            mismatches=self._mismatches(raw, headers, told, place),
            password=subject.password,
            user_exists=subject.user_exists,
        )
        return self._observed(attempt, address, agent)

    def _network(self, address: Address | None, place: Place, key: bytes) -> Network:
        if address is None:
            return Network()
        return Network(
            ip=keyed_digest(key, "ip", address.text),
            prefix=keyed_digest(key, "prefix", address.prefix),
            asn=place.asn,
            organisation=place.organisation,
            country=place.country,
            city=place.city,
            latitude=place.latitude,
            longitude=place.longitude,
            accuracy_km=place.accuracy_km,
            kinds=self.networks.kinds(address, place.asn, place.organisation),
        )

    def _mismatches(
        self, raw: RawContext, headers: Headers, told: Fingerprint, place: Place
    ) -> tuple[str, ...]:
        """Which of risk's MISMATCHES hold."""
        wire = parse_agent(headers.agent)
        is_library = wire.kind == "library"
        agent = parse_agent(told.agent) if is_library or headers.agent is None else wire
        device = told.device
        country = self.geo.countries.get(place.country) if place.country else None
        clock = device.timezone_minutes
        checks = (
            ("agent_hints", hints_contradict(headers, wire)),
            (
                "agent_collector",
                bool(told.agent and headers.agent and not is_library and told.agent != headers.agent),
            ),
            ("platform", platforms_differ(device.platform, agent.os)),
            ("language", _languages_differ(device.language, headers.languages)),
            (
                "timezone_country",
                clock is not None
                and country is not None
                and bool(country.offsets)
                and not is_offset_of(clock, country.offsets),
            ),
            ("bare_headers", raw.header_order_known and is_bare(headers, wire)),
        )
        return tuple(name for name, holds in checks if holds)

    def _observed(self, attempt: Attempt, address: Address | None, agent: ParsedAgent) -> Observed:
        network, device = attempt.network, attempt.device
        country = self.geo.countries.get(network.country) if network.country else None
        clock = device.timezone_minutes
        return Observed(
            attempt=attempt,
            address=address.text if address else None,
            device_name=agent.display,
            city=network.city,
            country=country.name if country else network.country,
            timezone=None if clock is None else format_offset(clock),
            has_context=device.collector is not None,
            canonical=address,
        )


def _told(raw: RawContext, subject: Subject) -> Fingerprint:
    if raw.encoded_data is None:
        return read_fields(raw.device_fields, subject.pool_key)
    expected = Expected(subject.client_id, subject.pool_id, subject.names, raw.time, subject.pool_key)
    return read_fingerprint(raw.encoded_data, expected)


def _agent(headers: Headers, told: Fingerprint) -> tuple[str | None, ParsedAgent]:
    """The user's agent: the wire's, unless that is a server's library; then the collector's."""
    wire = parse_agent(headers.agent)
    if wire.kind != "library" and headers.agent:
        return headers.agent, wire
    if told.agent:
        return told.agent, parse_agent(told.agent)
    if headers.agent and not wire.is_sdk:
        # The program of a server says nothing of the user's device.
        return None, _A_LIBRARY
    return None, UNKNOWN_AGENT


_A_LIBRARY = ParsedAgent(None, None, None, None, "library", UNKNOWN_AGENT.display)


def _facts(text: str | None, agent: ParsedAgent, key: bytes) -> Agent:
    return Agent(
        exact=keyed_digest(key, "agent", text) if text else None,
        browser=agent.browser,
        browser_version=agent.browser_version,
        os=agent.os,
        os_version=agent.os_version,
        kind=agent.kind,
    )


def _languages_differ(device: str | None, accepted: tuple[str, ...]) -> bool:
    """Whether the device's language is none of those that the headers ask for."""
    if not device or not accepted:
        return False
    primary = device.partition("-")[0]
    return all(tag.partition("-")[0] != primary for tag in accepted)
