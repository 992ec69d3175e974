"""How far the place is from where the user is known."""

from math import log2

from riskengine.risk.cells import ANY_NETWORK, SAME_CITY, SAME_DEVICE
from riskengine.risk.geography import distance_km, say_km
from riskengine.risk.profile import FORGET, is_on_probation
from riskengine.risk.view import Signal, View

_ACCURACY_KM = 25.0
_TRAVELLING = 0.5  # of the distance that a known device came along: owners carry theirs, thieves stay near


def distance(view: View) -> Signal | None:
    """Distance to the nearest known place; for a user of many places it says less."""
    span = view.cell.network
    if span.low < SAME_CITY or span == ANY_NETWORK:
        return None
    nearest = nearest_place_km(view)
    if nearest is None:
        return None
    beyond = max(0.0, nearest - (view.attempt.network.accuracy_km or _ACCURACY_KM))
    nats = min(max(0.25 * log2(max(beyond, 1.0) / 100.0), -0.3), 1.2) / (
        1.0 + 0.2 * (len(view.profile.places) - 1)
    )
    if nats > 0.0 and view.cell.device.high == SAME_DEVICE:
        nats *= _TRAVELLING
    points = view.model.points(nats, "distance")
    where = f"{say_km(nearest)} from" if beyond else "near"
    return Signal("DISTANCE", points, f"{where} the nearest known place") if points else None


def nearest_place_km(view: View) -> float | None:
    """Kilometres to the nearest place the user is known at, None without a position or places."""
    network = view.attempt.network
    if network.latitude is None or network.longitude is None:
        return None
    here = (network.latitude, network.longitude)
    return min(
        (
            distance_km(here, place[:2])
            for place in view.profile.places
            if view.day - place[3] <= FORGET and not is_on_probation(view.profile, place[2:], view.now)
        ),
        default=None,
    )
