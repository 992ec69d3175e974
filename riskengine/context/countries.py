"""Countries: English name, where their people are, and how far their clocks are from UTC."""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from riskengine.base.bundle import data_file


class _Entry(msgspec.Struct):
    name: str
    centre: tuple[float, float, float] | None = None
    offsets: tuple[int, ...] = ()


class _Table(msgspec.Struct):
    countries: dict[str, _Entry]


@dataclass(frozen=True, slots=True)
class Country:
    """One country; `radius_km` around the centre holds nine in ten of its addresses."""

    name: str
    latitude: float | None
    longitude: float | None
    radius_km: float | None
    offsets: frozenset[int]  # minutes east of UTC, winter and summer


Countries = dict[str, Country]


def load_countries(path: Path | None = None) -> Countries:
    """The bundled table, by ISO 3166-1 alpha-2 code."""
    table = msgspec.json.decode((path or data_file("countries.json")).read_bytes(), type=_Table)
    return {code: _country(entry) for code, entry in table.countries.items()}


def _country(entry: _Entry) -> Country:
    latitude, longitude, radius = entry.centre or (None, None, None)
    return Country(entry.name, latitude, longitude, radius, frozenset(entry.offsets))
