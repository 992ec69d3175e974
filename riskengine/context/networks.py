"""Kinds of networks: hosting, VPN, Tor, listed for attacks, mobile; from lists with source and age."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from riskengine.base.bundle import data_file
from riskengine.base.clock import SECOND
from riskengine.context.address import Address
from riskengine.context.ranges import NO_RANGES, Ranges, parse_range

# Larger lists belong into a database file.
_MOST_ENTRIES = 2_000_000
# Names of mixed operators (Vodafone, Telenor) tell nothing; these do.
_MOBILE = re.compile(
    r"\b(mobile|mobil|mobilcom|cellular|wireless|celular|m[oó]vil|m[oó]viles|gsm|lte|[345]g|t-mobile"
    r"|cellco|jio|turkcell|megafon|vimpelcom)\b",
    re.IGNORECASE,
)
_VPN = re.compile(
    r"vpn|\b(mullvad|packethub|surfshark|proton ag|private internet access|windscribe|ipvanish|cyberghost)\b",
    re.IGNORECASE,
)
_HOSTING = re.compile(
    r"hosting|\bvps\b|data ?cent(?:er|re)s?\b|dedicated servers?|\bservers\b|web services|\bcloud computing",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ListSource:
    """One list as `doctor` shows it; `built` and `age` are microseconds."""

    name: str
    path: Path
    status: str  # ok, missing, unreadable
    entries: int = 0
    built: int | None = None
    age: int | None = None
    about: str = ""


@dataclass(frozen=True, slots=True)
class NetworkPaths:
    """Where the lists are; None: do without."""

    hosting: Path | None = field(default_factory=lambda: data_file("hosting-asns.csv"))
    tor: Path | None = field(default_factory=lambda: data_file("tor-exits.txt"))
    listed: Path | None = field(default_factory=lambda: data_file("attack-ips.txt"))


class Networks:
    """The lists, compiled; answers the kinds of an address."""

    def __init__(self, paths: NetworkPaths | None = None) -> None:
        files = paths or NetworkPaths()
        self._hosting = AsnList("hosting", files.hosting)
        self._tor = AddressList("tor", files.tor)
        self._listed = AddressList("listed", files.listed)

    def kinds(self, address: Address, asn: int | None, organisation: str | None) -> frozenset[str]:
        """Which of risk's NETWORK_KINDS an address belongs to."""
        named = _named(organisation) if organisation else frozenset()
        is_hosting = asn in self._hosting.numbers
        is_tor = self._tor.ranges.contains(address)
        is_listed = self._listed.ranges.contains(address)
        if not (is_hosting or is_tor or is_listed):
            return named
        found = (("hosting", is_hosting), ("tor", is_tor), ("listed", is_listed))
        return named | {kind for kind, is_so in found if is_so}

    def is_hosting(self, asn: int, organisation: str | None) -> bool:
        """Whether a network houses servers, by its number or its owner's name."""
        return asn in self._hosting.numbers or "hosting" in _named(organisation or "")

    def sources(self, now: int) -> tuple[ListSource, ...]:
        """Every list with its state, size and age."""
        return tuple(one.source(now) for one in (self._hosting, self._tor, self._listed))


class _List:
    """A text file of one entry a line under a header of # lines."""

    def __init__(self, name: str, path: Path | None) -> None:
        self.name = name
        self.path = path
        self.status = "missing"
        self.entries = 0
        self.about = ""
        self.built: int | None = None

    def lines(self) -> Iterator[str]:
        """The entries' lines; source and date of the header are kept."""
        if self.path is None:
            return
        try:
            self.built = self.path.stat().st_mtime_ns // 1000
            text = self.path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            self.status = "unreadable" if self.path.exists() else "missing"
            return
        self.status = "ok"
        for line in text.splitlines()[:_MOST_ENTRIES]:
            if line.startswith("#"):
                self._header(line[1:].strip())
            elif line.strip():
                yield line.strip()

    def _header(self, text: str) -> None:
        if not text.startswith("date:"):
            self.about = self.about or text
            return
        try:
            day = datetime.fromisoformat(text[5:].strip())
        except ValueError:
            return
        self.built = int(day.replace(tzinfo=day.tzinfo or UTC).timestamp()) * SECOND

    def source(self, now: int) -> ListSource:
        """This list with its age."""
        age = None if self.built is None else now - self.built
        path = self.path or Path()
        return ListSource(self.name, path, self.status, self.entries, self.built, age, self.about)


class AddressList(_List):
    """Addresses and CIDR ranges; what is neither is passed over."""

    def __init__(self, name: str, path: Path | None) -> None:
        super().__init__(name, path)
        self.ranges = _compile(self.lines()) if path else NO_RANGES
        self.entries = len(self.ranges)


class AsnList(_List):
    """Network numbers, first on each line, plain or as AS64500."""

    def __init__(self, name: str, path: Path | None) -> None:
        super().__init__(name, path)
        self.numbers = frozenset(_numbers(self.lines()))
        self.entries = len(self.numbers)


def _compile(lines: Iterable[str]) -> Ranges:
    v4: list[tuple[int, int]] = []
    v6: list[tuple[int, int]] = []
    for line in lines:
        parsed = parse_range(line.split()[0].split(",")[0], single=True)
        if parsed is not None:
            (v4 if parsed[0] else v6).append(parsed[1])
    return Ranges(v4, v6)


def _numbers(lines: Iterable[str]) -> Iterator[int]:
    for row in csv.reader(lines):
        text = row[0].strip().upper().removeprefix("AS") if row else ""
        if text.isdigit() and text.isascii() and len(text) <= 10:
            yield int(text)


@lru_cache(maxsize=8192)
def _named(organisation: str) -> frozenset[str]:
    """What the owner's name says: an operator of mobile networks, a hoster, a VPN."""
    patterns = (("mobile", _MOBILE), ("hosting", _HOSTING), ("vpn", _VPN))
    return frozenset(kind for kind, pattern in patterns if pattern.search(organisation))
