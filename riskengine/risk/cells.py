"""Outcome cells: how familiar the network is, times how familiar the device is.

Levels run from the most to the least familiar. What an attempt leaves unsaid widens the span of levels it
may be on; sums over that span are the honest answer, and a span over all levels says nothing at all.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from riskengine.risk.profile import DEVICE_LEVELS, NETWORK_LEVELS, Profile, habit_in

SAME_IP, SAME_PREFIX, SAME_CITY, SAME_ASN, SAME_COUNTRY, NEW_NETWORK = range(NETWORK_LEVELS)
SAME_DEVICE, SAME_AGENT, SAME_FAMILY, SAME_OS, NEW_DEVICE = range(DEVICE_LEVELS)


class Span(NamedTuple):
    """Lowest and highest level an attempt may be on, both included."""

    low: int
    high: int


ANY_NETWORK: Final = Span(0, NETWORK_LEVELS - 1)
ANY_DEVICE: Final = Span(0, DEVICE_LEVELS - 1)


class Cell(NamedTuple):
    """Where an attempt stands against a user's habits."""

    network: Span
    device: Span

    @property
    def is_blank(self) -> bool:
        """Whether the attempt tells neither its network nor its device."""
        return self.network == ANY_NETWORK and self.device == ANY_DEVICE


class Standing(NamedTuple):
    """An attempt's facts, its cell, and the user's history bucket (None before the second sign-in)."""

    facts: dict[str, str]
    cell: Cell
    bucket: int | None


def locate(profile: Profile, facts: dict[str, str], now: float) -> Cell:
    """The cell of an attempt at a time, by its facts."""
    return Cell(_network(profile, facts, now), _device(profile, facts, now))


def _network(profile: Profile, facts: dict[str, str], now: float) -> Span:
    if "asn" not in facts and "country" not in facts:
        return ANY_NETWORK
    if habit_in(profile, "ip", facts.get("ip"), now):
        return Span(SAME_IP, SAME_IP)
    if habit_in(profile, "prefix", facts.get("prefix"), now):
        return Span(SAME_PREFIX if "ip" in facts else SAME_IP, SAME_PREFIX)
    nearest = SAME_IP if "ip" not in facts else SAME_PREFIX if "prefix" not in facts else SAME_CITY
    if "asn" in facts and habit_in(profile, "asn", facts["asn"], now):
        if "city" not in facts:
            return Span(nearest, SAME_ASN)
        if habit_in(profile, "city", facts["city"], now):
            return Span(nearest, SAME_CITY)
        return Span(SAME_ASN, SAME_ASN)
    if "country" not in facts:
        return Span(SAME_COUNTRY, NEW_NETWORK)
    if not habit_in(profile, "country", facts["country"], now):
        return Span(NEW_NETWORK, NEW_NETWORK)
    return Span(SAME_COUNTRY if "asn" in facts else nearest, SAME_COUNTRY)


def _device(profile: Profile, facts: dict[str, str], now: float) -> Span:
    agent, family = facts.get("agent"), facts.get("family")
    is_known_agent = habit_in(profile, "agent", agent, now) > 0.0
    is_known_family = is_known_agent or habit_in(profile, "family", family, now) > 0.0
    # A DeviceId lives in one browser's storage: with another browser it was carried there.
    is_plausible = is_known_family or family is None
    if is_plausible and habit_in(profile, "device", facts.get("device"), now):
        return Span(SAME_DEVICE, SAME_DEVICE)
    # Without an id now, or any before, nobody can say that it is not a known device.
    nearest = SAME_AGENT if "device" in facts and profile.known.get("device") else SAME_DEVICE
    if is_known_agent:
        return Span(nearest, SAME_AGENT)
    if agent is not None:
        nearest = SAME_FAMILY
    if is_known_family:
        return Span(nearest, SAME_FAMILY)
    if "os" not in facts:
        return Span(nearest, NEW_DEVICE)
    if not habit_in(profile, "os", facts["os"], now):
        return Span(NEW_DEVICE, NEW_DEVICE)
    return Span(SAME_OS if family is not None else nearest, SAME_OS)


def mass(values: Sequence[float], network: Span, device: Span) -> float:
    """Sum of a cell table over a block of cells."""
    low, high = network
    left, right = device
    if low == high:
        start = low * DEVICE_LEVELS
        return values[start + left] if left == right else sum(values[start + left : start + right + 1])
    if left == 0 and right == DEVICE_LEVELS - 1:
        return sum(values[low * DEVICE_LEVELS : (high + 1) * DEVICE_LEVELS])
    return sum(mass(values, Span(row, row), device) for row in range(low, high + 1))


def block(cell: Cell) -> list[int]:
    """Indices of the cells that an attempt may be in."""
    rows = range(cell.network.low, cell.network.high + 1)
    columns = range(cell.device.low, cell.device.high + 1)
    return [row * DEVICE_LEVELS + column for row in rows for column in columns]
