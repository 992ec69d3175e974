"""Made-up people: who lives where with whom, works where, and holds which devices."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import exp
from random import Random

from riskengine.training.simulate import rates
from riskengine.training.simulate.browsers import DAY
from riskengine.training.simulate.devices import Device, Look, new_device
from riskengine.training.simulate.homes import Home, Office, Sim, Vpn, new_home, new_office, new_sim, new_vpn
from riskengine.training.simulate.providers import COUNTRIES, ENGLISH, LANGUAGES
from riskengine.training.simulate.space import Network
from riskengine.training.simulate.world import Town, World


@dataclass(frozen=True, slots=True)
class Visit:
    """One good sign-in, or the wrong passwords of its owner."""

    time: float
    user: str
    ip: str
    look: Look
    device: Device
    town: Town
    network: Network | None  # of the line; None on the way
    clock: int  # minutes east of UTC
    password_ok: bool = True
    is_abroad: bool = False
    is_odd: bool = False  # a device or network that the owner hardly ever uses


@dataclass(slots=True)
class Person:
    """Somebody with an account."""

    name: str
    country: str
    languages: tuple[str, ...]
    has_collector: bool
    home: Home
    sim: Sim
    office: Office | None
    vpn: Vpn | None
    uses_tor: bool
    devices: list[Device]
    office_computer: Device | None
    uses_phone: float
    visits_a_day: float
    in_working_hours: float
    hour: float  # local, of evenings or mornings
    joins: float  # seconds after the stream's first
    visits: list[Visit] = field(default_factory=list)

    @property
    def town(self) -> Town:
        """Where they lived first."""
        return self.home.leases[0].town

    def before(self, time: float) -> list[Visit]:
        """Their good sign-ins until a time, ten at most."""
        return [visit for visit in self.visits if visit.time < time and visit.password_ok][-10:]


class Neighbourhood:
    """Makes people who share homes and offices."""

    def __init__(self, world: World, countries: Mapping[str, float], began: float, days: int) -> None:
        self._world = world
        self._countries = dict(countries)
        self._began = began
        self._days = days
        self._offices: dict[str, list[Office]] = {}

    def people(self, count: int, collected: float, seed: int) -> list[Person]:
        """So many people; `collected`: share of them whose application sends device data."""
        found: list[Person] = []
        for number in range(count):
            rng = Random(f"{seed} person {number}")
            partner = found[-1] if found and rng.random() < rates.SHARES_A_HOME else None
            found.append(self._person(number, count, partner, rng, has_collector=rng.random() < collected))
        return found

    def _person(
        self, number: int, count: int, partner: Person | None, rng: Random, *, has_collector: bool
    ) -> Person:
        world, span = self._world, (self._began, self._began + self._days * DAY)
        country = partner.country if partner else self._country(rng)
        languages = _languages(country, rng)
        at_work = rng.random() < rates.HAS_OFFICE
        # A third of the pool's people work for others than its large employers.
        office = self._office(country, count, rng) if at_work else None
        low, high = rates.IN_WORKING_HOURS
        person = Person(
            name=f"user{number}",
            country=country,
            languages=languages,
            has_collector=has_collector,
            home=partner.home if partner else new_home(world, country, span, rng),
            sim=new_sim(world, country, rng),
            office=office,
            vpn=new_vpn(country, rng),
            uses_tor=rng.random() < rates.USES_TOR,
            devices=self._devices(languages, has_collector, rng),
            office_computer=None,
            uses_phone=rng.betavariate(0.7, 1.6) * (rates.USES_PHONE[1] - rates.USES_PHONE[0])
            + rates.USES_PHONE[0],
            visits_a_day=min(
                rates.MOST_VISITS, exp(rng.gauss(rates.LOG_VISITS_MEAN, rates.LOG_VISITS_SPREAD))
            ),
            in_working_hours=rng.uniform(low, high) if at_work else rng.uniform(low, 0.5),
            hour=rng.choice((rng.gauss(20.0, 1.5), rng.gauss(20.0, 1.5), rng.gauss(8.0, 1.5))),
            joins=rng.uniform(0.0, 0.9 * self._days) * DAY if rng.random() < rates.JOINS_LATE else 0.0,
        )
        if office is not None and rng.random() < rates.OFFICE_COMPUTER:
            person.office_computer = self._device("computer", languages, has_collector, rng)
        return person

    def _country(self, rng: Random) -> str:
        if rng.random() < rates.FOREIGNERS:
            return rng.choice(COUNTRIES)
        return rng.choices(list(self._countries), list(self._countries.values()))[0]

    def _office(self, country: str, count: int, rng: Random) -> Office:
        known = self._offices.setdefault(country, [])
        share = self._countries.get(country, 0.0) / sum(self._countries.values())
        wanted = max(1, round(count * share * rates.HAS_OFFICE / rates.OFFICE_STAFF))
        if len(known) < wanted:
            known.append(new_office(self._world, country, rng))
        return rng.choice(known)

    def _devices(self, languages: tuple[str, ...], has_collector: bool, rng: Random) -> list[Device]:  # noqa: FBT001
        shares = (("computer", rates.HAS_COMPUTER), ("phone", rates.HAS_PHONE), ("tablet", rates.HAS_TABLET))
        kinds = [kind for kind, share in shares if rng.random() < share] or ["phone"]
        devices = [self._device(kind, languages, has_collector, rng) for kind in kinds]
        if "computer" in kinds and rng.random() < rates.HAS_OTHER_BROWSER:
            devices.append(self._device("computer", languages, has_collector, rng))
        return devices

    def _device(self, kind: str, languages: tuple[str, ...], has_collector: bool, rng: Random) -> Device:  # noqa: FBT001
        return new_device(kind, languages, rng, has_collector=has_collector, time=self._began)


def _languages(country: str, rng: Random) -> tuple[str, ...]:
    own = LANGUAGES.get(country, ENGLISH)
    if rng.random() < rates.FOREIGN_LANGUAGE:
        return (ENGLISH, own) if rng.random() < 0.5 else (ENGLISH,)
    return (own, ENGLISH) if own != ENGLISH and rng.random() < 0.7 else (own,)
