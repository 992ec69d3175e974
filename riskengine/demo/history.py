"""Six weeks of ordinary sign-ins before the demo, as lines of an attempts file; the same in every run."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from riskengine.base.clock import DAY, HOUR, SECOND, to_seconds
from riskengine.demo.browsers import CHROME_ANDROID, SAFARI_IPHONE, Device
from riskengine.demo.people import (
    BRAZIL,
    NORWAY,
    PEOPLE,
    SPAIN,
    Country,
    Person,
    address_in,
    device,
    pick,
    roll,
)

DAYS = 42
_WEEKEND = (2, 3)  # days before the demo, and weeks before those
_TYPOS = 0.04  # share of sign-ins that begin with a wrong password
_LEASE_DAYS = 21  # how long a provider leaves a home its address


@dataclass(frozen=True, slots=True)
class Occasion:
    """When in a day somebody signs in, how often, with what and through which network."""

    name: str
    hour: float  # UTC, give or take one
    share: float  # of working days
    weekend: float  # of other days
    place: str  # home, office or road
    on_phone: bool


OCCASIONS: tuple[Occasion, ...] = (
    Occasion("commute", 6.2, 0.10, 0.02, "road", on_phone=True),
    Occasion("morning", 7.5, 0.60, 0.15, "office", on_phone=False),
    Occasion("noon", 11.5, 0.12, 0.10, "road", on_phone=True),
    Occasion("afternoon", 13.0, 0.15, 0.05, "office", on_phone=False),
    Occasion("evening", 18.5, 0.25, 0.30, "home", on_phone=False),
    Occasion("couch", 20.0, 0.12, 0.12, "home", on_phone=True),
)


def recorded(opening: int) -> list[bytes]:
    """The lines, oldest first; `opening` is when the demo begins (microseconds)."""
    attempts = [attempt for person in PEOPLE for attempt in _of(person, opening)]
    attempts.sort(key=lambda attempt: (attempt["time"], attempt["user"]))
    return [json.dumps({"id": f"h{at}", **attempt}).encode() for at, attempt in enumerate(attempts)]


def _of(person: Person, opening: int) -> Iterator[dict[str, object]]:
    midnight = opening - opening % DAY
    for days_ago in range(DAYS, 0, -1):
        for occasion in OCCASIONS:
            what = (person.name, days_ago, occasion.name)
            share = occasion.weekend if days_ago % 7 in _WEEKEND else occasion.share
            if roll(*what) >= share:
                continue
            hour = occasion.hour + person.country.hours_behind + 2 * roll(*what, "hour") - 1
            moment = midnight - days_ago * DAY + round(hour * HOUR)
            attempt = _attempt(person, occasion, days_ago, opening)
            if roll(*what, "typo") < _TYPOS:
                yield {"time": to_seconds(moment - 20 * SECOND), "password_ok": False, **attempt}
            yield {"time": to_seconds(moment), "password_ok": True, "challenge_passed": True, **attempt}


def _attempt(person: Person, occasion: Occasion, days_ago: int, opening: int) -> dict[str, object]:
    held = _device(person, occasion, days_ago)
    return {
        "user": person.name,
        "ip": _address(person, occasion, days_ago),
        "headers": held.browser.header_lines(held.language, days_ago),
        "device": held.context(opening, days_ago),
    }


def _device(person: Person, occasion: Occasion, days_ago: int) -> Device:
    """What somebody had in hands that day; phones are replaced now and then."""
    if not occasion.on_phone or person.phone is None:
        return person.laptop
    bought = 4 + int(roll(person.name, "bought") * DAYS * 4)
    if person.is_settled or days_ago <= bought:
        return person.phone
    other = CHROME_ANDROID if person.phone.browser is SAFARI_IPHONE else SAFARI_IPHONE
    return device(f"{person.name}'s old one", other, person.country, born_days=500)


def _address(person: Person, occasion: Occasion, days_ago: int) -> str:
    what = (person.name, days_ago, occasion.name)
    if person.exits and roll(*what, "vpn") < 0.7:
        return address_in(pick(person.exits, *what), *what)
    visited = _visited(person, days_ago)
    if visited is not None:
        return address_in(pick(visited.homes, person.name, "hotel"), person.name, "hotel")
    match occasion.place:
        case "office" if person.is_commuter:
            return person.country.office
        case "road":
            # Carriers share addresses among many phones: another one every time.
            return address_in(pick(person.country.mobiles, person.name, "carrier"), *what)
        case _:
            return (
                person.home_address
                if days_ago < _LEASE_DAYS
                else address_in(person.home, person.name, "before")
            )


def _visited(person: Person, days_ago: int) -> Country | None:
    """Where somebody spent a few days abroad, one in six of them; the scenes' people stayed at home."""
    start = 8 + int(roll(person.name, "trip") * 6 * (DAYS - 10))
    if person.is_settled or not start - 3 <= days_ago <= start:
        return None
    others = tuple(country for country in (NORWAY, SPAIN, BRAZIL) if country is not person.country)
    return others[int(roll(person.name, "where to") * len(others))]
