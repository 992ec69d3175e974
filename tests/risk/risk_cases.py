"""Builders of attempts, and of users and pools that have lived a while."""

from dataclasses import replace
from functools import cache
from typing import Any

from riskengine.risk import (
    Agent,
    Attempt,
    Device,
    Engine,
    Network,
    Outcome,
    Population,
    Profile,
    default_model,
)

DAY = 86400.0
NOON = 1_780_000_000.0 // DAY * DAY + 12 * 3600
TODAY = NOON + 61 * DAY  # two months after the first sign-in of whoever is settled

HOME = Network(
    ip="84.208.20.110",
    prefix="84.208.20.0/24",
    asn=2119,
    organisation="Telenor",
    country="NO",
    city="Oslo",
    latitude=59.91,
    longitude=10.75,
    accuracy_km=20.0,
)
MOBILE = replace(HOME, ip="77.16.1.9", prefix="77.16.1.0/24", asn=12929, organisation="Telia Mobil")
MADRID = Network("80.58.61.250", "80.58.61.0/24", 12479, "Orange", "ES", "Madrid", 40.42, -3.70, 20.0)
BRAZIL = Network("177.2.3.4", "177.2.3.0/24", 28573, "Claro", "BR", "Brasilia", -15.8, -47.9, 20.0)
HOSTING = Network(
    "3.3.3.3", "3.3.3.0/24", 16509, "Amazon", "US", None, 39.0, -77.5, 50.0, frozenset({"hosting"})
)
PRIVATE = Network(ip="10.0.0.7", prefix="10.0.0.0/24")

CHROME = Agent("chrome-126-win", "Chrome", 126, "Windows", "10", "desktop")
SAFARI = Agent("safari-18-ios", "Mobile Safari", 18, "iOS", "18.6", "mobile")
CURL = Agent("curl-8", "curl", 8, None, None, "library")

LAPTOP = Device("JS20171115", "laptop-id", NOON - DAY, None, "Win32", "nb", 60, "1920x1080")
PHONE = Device("JS20171115", "phone-id", NOON - DAY, None, "iPhone", "nb", 60, "390x844")


def an_attempt(time: float = TODAY, **over: Any) -> Attempt:
    """A sign-in of Anna's at home on her laptop."""
    usual: dict[str, Any] = {
        "user": "anna",
        "network": HOME,
        "agent": CHROME,
        "device": LAPTOP,
        "language": "nb-no",
        "header_order": "chrome-order",
        "password": "anna-password",
    }
    return Attempt(time, **(usual | over))


def on_phone(time: float = TODAY, **over: Any) -> Attempt:
    """A sign-in of Anna's on a phone."""
    return an_attempt(time, **({"agent": SAFARI, "device": PHONE, "header_order": "safari-order"} | over))


def by(number: int, time: float = TODAY, **over: Any) -> Attempt:
    """A sign-in of some other user, at home somewhere in the same country."""
    network = replace(HOME, ip=f"84.210.{number}.5", prefix=f"84.210.{number}.0/24")
    device = replace(LAPTOP, id=f"laptop-{number}")
    usual = {"user": f"user{number}", "network": network, "device": device, "password": f"secret{number}"}
    return an_attempt(time, **(usual | over))


def an_engine() -> Engine:
    """An engine over a pool that has seen nothing."""
    return Engine(default_model(), Population())


def sign_in(
    engine: Engine, attempt: Attempt, profile: Profile | None = None, outcome: Outcome | None = None
) -> Profile:
    """Assess, conclude and observe one attempt; the profile after it."""
    assessment = engine.assess(attempt, profile)
    end = engine.conclude(attempt, profile, assessment, outcome or Outcome(password_ok=True, challenge=True))
    engine.observe(end)
    return end.profile


@cache
def _settled() -> tuple[Profile, str]:
    import json

    engine, anna = an_engine(), Profile()
    others = [Profile() for _ in range(12)]
    for day in range(60):
        anna = sign_in(engine, an_attempt(NOON + day * DAY), anna)
        for number in range(day % 3, 12, 3):
            others[number] = sign_in(engine, by(number, NOON + day * DAY + 60 * number), others[number])
    sign_in(engine, by(0, TODAY - 300), others[0])
    return anna, json.dumps(engine.population.to_state())


def settled() -> tuple[Engine, Profile]:
    """Anna after sixty days at home on her laptop, in a pool of a dozen; a fresh copy each time."""
    import json

    anna, state = _settled()
    return Engine(default_model(), Population.from_state(json.loads(state))), anna
