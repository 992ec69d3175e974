"""Distances on the earth and how to say them."""

from math import asin, cos, radians, sin, sqrt
from typing import Final

_EARTH_KM: Final = 6371.0


def distance_km(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Great-circle distance between two points in degrees (haversine)."""
    if here == there:
        return 0.0
    north, south = radians(here[0]), radians(there[0])
    rise = sin((south - north) / 2) ** 2
    run = sin(radians(there[1] - here[1]) / 2) ** 2
    return 2 * _EARTH_KM * asin(min(1.0, sqrt(rise + cos(north) * cos(south) * run)))


def say_km(distance: float) -> str:
    """A distance as people say it: two significant digits from 1,000 km on."""
    rounded = round(distance, -2) if distance >= 1000.0 else round(distance)
    return f"{int(rounded):,} km"


def say_duration(seconds: float) -> str:
    """A duration in its largest fitting unit."""
    if seconds < 5400.0:
        return f"{max(1, round(seconds / 60))} min"
    return f"{round(seconds / 3600)} h" if seconds < 2 * 86400.0 else f"{round(seconds / 86400)} days"
