"""Whether anybody could have travelled that fast."""

from riskengine.risk.cells import SAME_DEVICE, SAME_PREFIX
from riskengine.risk.geography import distance_km, say_duration, say_km
from riskengine.risk.profile import PLAIN
from riskengine.risk.signals.location import nearest_place_km
from riskengine.risk.view import Signal, View

_AIRLINER_KMH = 900.0
_APART_KM = 100.0
_ACCURACY_KM = 50.0


def impossible_travel(view: View) -> Signal | None:
    """Faster than an airliner since the last good sign-in, and away from every place the user is known at."""
    network, last = view.attempt.network, view.profile.last_seen
    if last is None or network.latitude is None or network.longitude is None:
        return None
    if view.cell.network.high <= SAME_PREFIX:
        return None
    blur = (network.accuracy_km or _ACCURACY_KM) + last.accuracy_km
    way = distance_km((network.latitude, network.longitude), (last.latitude, last.longitude)) - blur
    elapsed = max(view.now - last.time, 60.0)
    if way <= _APART_KM or way / (elapsed / 3600.0) <= _AIRLINER_KMH:
        return None
    nearest = nearest_place_km(view)
    # Back at a known place: the same person behind a VPN, or one whose carrier's exit moved.
    if nearest is not None and nearest - blur <= _APART_KM:
        return None
    is_known = view.cell.device.high == SAME_DEVICE
    nats = 0.8 if is_known else 2.0
    if view.facts.get("kind", PLAIN) != PLAIN and is_known:
        nats = 0.4
    text = (
        f"{last.country or '?'} → {network.country or '?'}, {say_km(way + blur)} in {say_duration(elapsed)}"
    )
    return Signal("IMPOSSIBLE_TRAVEL", view.model.points(nats, "velocity"), text)
