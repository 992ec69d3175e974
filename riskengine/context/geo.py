"""Where an address is and whose network it is in, from MaxMind-format databases.

Read are MaxMind's nested records, the flat ones of the ip-location packages, and the bundled ones.
An operator's file goes before a bundled one; a missing or broken file means unknown, never an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import maxminddb

from riskengine.base.bundle import data_file
from riskengine.base.clock import DAY, SECOND
from riskengine.context.address import Address
from riskengine.context.countries import Countries, load_countries

# How far from a city that a database without a radius of its own names nine in ten users are:
# free databases differ by 16 km at the median and by up to 680 km in nine of ten addresses.
CITY_RADIUS_KM = 250.0
# MaxMind's accuracy_radius holds two in three; the circle with nine in ten is larger by
# sqrt(ln 10 / ln 3) if places scatter evenly around it.
_TWO_THIRDS_TO_NINE_TENTHS = 1.45
_CHECK_EVERY = 5 * SECOND
_REMEMBERED = 8192

Record = Mapping[str, Any]
_NOTHING: Record = {}


@dataclass(frozen=True, slots=True)
class Place:
    """What the databases say of an address; None is unknown."""

    country: str | None = None
    city: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    accuracy_km: float | None = None
    asn: int | None = None
    organisation: str | None = None


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class GeoPaths:
    """The operator's own databases, and the bundled ones that fill their gaps."""

    country: Path | None = None
    asn: Path | None = None
    city: Path | None = None
    networks: Path | None = field(default_factory=lambda: data_file("networks.mmdb"))
    places: Path | None = field(default_factory=lambda: data_file("places.mmdb"))


@dataclass(frozen=True, slots=True)
class GeoSource:
    """One database as `doctor` shows it; `built` and `age` are microseconds."""

    role: str
    path: Path
    status: str  # ok, missing, unreadable
    built: int | None = None
    age: int | None = None
    about: str = ""

    @property
    def age_days(self) -> int | None:
        """Whole days since the data were built."""
        return None if self.age is None else self.age // DAY


class Database:
    """One file of a database, opened again when it was replaced.

    A file must be replaced by renaming a new one over it: what is written in place changes
    under the memory map.
    """

    def __init__(self, role: str, path: Path) -> None:
        self.role = role
        self.path = path
        self._reader: maxminddb.Reader | None = None
        self._stamp: tuple[int, int, int] | None = None
        self.status = "missing"
        self.reload()

    def reload(self) -> bool:
        """Open the file if it is new; whether it was. The old one serves on if the new one is bad."""
        stamp = _stamp(self.path)
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        if stamp is None:
            self.status = "missing"
            return False
        try:
            reader = maxminddb.open_database(self.path)
            reader.get("192.0.2.1")
        except (OSError, ValueError, maxminddb.InvalidDatabaseError):
            self.status = "unreadable"
            return False
        self._reader, self.status = reader, "ok"
        return True

    def get(self, address: Address) -> Record:
        """The record of an address; empty if there is none."""
        if self._reader is None:
            return _NOTHING
        try:
            record = self._reader.get(address.text)
        except (ValueError, maxminddb.InvalidDatabaseError):
            return _NOTHING
        return record if isinstance(record, dict) else _NOTHING

    def source(self, now: int) -> GeoSource:
        """What this file is and how old its data are."""
        if self._reader is None:
            return GeoSource(self.role, self.path, self.status)
        metadata = self._reader.metadata()
        built = metadata.build_epoch * SECOND
        about = metadata.description.get("en", "") or metadata.database_type
        return GeoSource(self.role, self.path, self.status, built, now - built, about)


class Geo:
    """All databases together: one answer for an address."""

    def __init__(self, paths: GeoPaths | None = None, countries: Countries | None = None) -> None:
        files = paths or GeoPaths()
        self.countries = load_countries() if countries is None else countries
        self._country = _open("country", files.country)
        self._asn = _open("asn", files.asn)
        self._city = _open("city", files.city)
        self._networks = _open("networks", files.networks)
        self._places = _open("places", files.places)
        self._checked = 0
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._look_up)

    def find(self, address: Address) -> Place:
        """Place and network of an address, from memory; never an error."""
        return self._remembered(address)

    def _look_up(self, address: Address) -> Place:
        city = self._city.get(address) if self._city else _NOTHING
        country = country_of(self._country.get(address)) if self._country else None
        network = self._asn.get(address) if self._asn else _NOTHING
        asn, organisation = network_of(network)
        country = country or country_of(city)
        if self._networks and (country is None or asn is None):
            bundled = self._networks.get(address)
            country = country or country_of(bundled)
            if asn is None:
                asn, organisation = network_of(bundled)
        if not city and self._places:
            city = self._places.get(address)
        name, latitude, longitude, accuracy = self._located(city, country)
        return Place(country, name, latitude, longitude, accuracy, asn, organisation)

    def _located(
        self, city: Record, country: str | None
    ) -> tuple[str | None, float | None, float | None, float | None]:
        """Name, coordinates and radius: of the city if it lies in the country, else of the country."""
        known = self.countries.get(country) if country else None
        if city and country_of(city) in (country, None):
            name, latitude, longitude, radius = location_of(city)
            if latitude is not None:
                if radius is None:
                    radius = min(CITY_RADIUS_KM, (known and known.radius_km) or CITY_RADIUS_KM)
                return name, latitude, longitude, radius
        if known is None:
            return None, None, None, None
        return None, known.latitude, known.longitude, known.radius_km

    def refresh(self, now: int) -> bool:
        """Open replaced files again, looking every few seconds at most; whether one was new.

        It asks the file system: call it from a job, not from the event loop.
        """
        if now - self._checked < _CHECK_EVERY:
            return False
        self._checked = now
        is_new = sum(database.reload() for database in self._databases()) > 0
        if is_new:
            self._remembered.cache_clear()
        return is_new

    def sources(self, now: int) -> tuple[GeoSource, ...]:
        """Every configured database with its state and age."""
        return tuple(database.source(now) for database in self._databases())

    def _databases(self) -> list[Database]:
        every = (self._country, self._asn, self._city, self._networks, self._places)
        return [database for database in every if database is not None]


def _open(role: str, path: Path | None) -> Database | None:
    return None if path is None else Database(role, path)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size


def country_of(record: Record) -> str | None:
    """The ISO code of a record's country, where the address is used or else registered."""
    code = record.get("country_code")
    if code is None:
        for member in ("country", "registered_country"):
            nested = record.get(member)
            if isinstance(nested, dict) and nested.get("iso_code"):
                code = nested["iso_code"]
                break
    return code if isinstance(code, str) and len(code) == 2 else None


def network_of(record: Record) -> tuple[int | None, str | None]:
    """Number and owner of a record's network."""
    number = record.get("autonomous_system_number")
    owner = record.get("autonomous_system_organization")
    return (number or None) if isinstance(number, int) else None, owner if isinstance(owner, str) else None


def location_of(record: Record) -> tuple[str | None, float | None, float | None, float | None]:
    """Name, latitude, longitude and radius (km, nine in ten) of a record's city."""
    city = record.get("city")
    if isinstance(city, dict):
        city = (city.get("names") or _NOTHING).get("en")
    point = record.get("location")
    if not isinstance(point, dict):
        point = record
    latitude, longitude = point.get("latitude"), point.get("longitude")
    if not isinstance(latitude, float | int) or not isinstance(longitude, float | int):
        return None, None, None, None
    # Flat records write an unknown place as zero.
    if latitude == 0 and longitude == 0:
        return None, None, None, None
    radius = point.get("accuracy_radius")
    held = radius * _TWO_THIRDS_TO_NINE_TENTHS if isinstance(radius, int | float) else None
    name = city if isinstance(city, str) and city else None
    return name, round(float(latitude), 4), round(float(longitude), 4), held
