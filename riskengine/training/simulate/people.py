"""Made-up lives: homes, offices, carriers, trips, devices that come and go, and sign-ins in between."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from riskengine.training.simulate import rates
from riskengine.training.simulate.browsers import DAY, Browser
from riskengine.training.simulate.world import ENGLISH, LANGUAGES, Prefix, Provider, World, address

_WEEK = 7
_FLIGHT = 5 * 3600.0  # seconds without a sign-in on the way abroad
_VPN_COUNTRIES = ("NL", "US", "DE")
_SUMMER_ENDS = 0.6  # of the stream: clocks are put back


@dataclass(frozen=True, slots=True)
class Visit:
    """One good sign-in."""

    time: float
    user: str
    ip: str
    browser: Browser
    zone: str


@dataclass(slots=True)
class Home:
    """A line at home, which a household shares."""

    provider: Provider
    prefix: Prefix
    ip: str
    lease_days: int

    def pass_day(self, rng: Random) -> None:
        """Perhaps another address."""
        if rng.random() < 1.0 / self.lease_days:
            if rng.random() < rates.LEAVES_PREFIX:
                self.prefix = self.provider.prefix(rng)
            self.ip = address(self.prefix, rng)


@dataclass(slots=True)
class Trip:
    """Some days elsewhere, between two addresses there."""

    country: str
    until: float
    begins: float
    prefixes: tuple[Prefix, Prefix]


@dataclass(slots=True)
class Person:
    """Somebody with an account."""

    name: str
    country: str
    language: str
    has_collector: bool
    home: Home
    browsers: list[Browser]
    exits: list[Prefix]  # of the carrier
    office: str | None
    vpn: float  # share of sign-ins through it
    vpn_exits: list[Prefix]
    visits_a_day: float
    hour: float  # UTC
    joins: float
    trip: Trip | None = None
    visits: list[Visit] = field(default_factory=list)


class Neighbourhood:
    """Makes people who share homes, offices and carriers."""

    def __init__(self, world: World, countries: dict[str, float], began: float, rng: Random) -> None:
        self._world = world
        self._countries = countries
        self._began = began
        self._rng = rng
        self._carriers = {country: world.carriers(country, rng) for country in countries}
        self._offices: dict[str, list[str]] = {}

    def people(self, count: int, days: int) -> list[Person]:
        """So many people; some live together."""
        found: list[Person] = []
        for number in range(count):
            person = self._person(f"user{number}", days)
            if found and self._rng.random() < rates.SHARES_A_HOME:
                person.home, person.country = found[-1].home, found[-1].country
            found.append(person)
        return found

    def _person(self, name: str, days: int) -> Person:
        rng, world = self._rng, self._world
        lived = rng.choices(list(self._countries), list(self._countries.values()))[0]
        country = lived if rng.random() >= rates.FOREIGNERS else world.anywhere(rng)
        is_english = rng.random() < rates.FOREIGN_LANGUAGE
        language = ENGLISH if is_english else LANGUAGES.get(country, ENGLISH)
        has_collector = rng.random() < rates.COLLECTED
        provider = world.home(country, rng)
        prefix = provider.prefix(rng)
        lease = rng.choices([days for days, _ in rates.LEASES], [share for _, share in rates.LEASES])[0]
        carriers = self._carriers.get(country) or world.carriers(country, rng)
        return Person(
            name=name,
            country=country,
            language=language,
            has_collector=has_collector,
            home=Home(provider, prefix, address(prefix, rng), lease),
            browsers=self._browsers(language, has_collector),
            exits=rng.choice(carriers),
            office=self._office(country) if rng.random() < rates.HAS_OFFICE else None,
            vpn=_vpn_share(rng.random()),
            vpn_exits=[
                world.hoster(rng, rng.choice([country, *_VPN_COUNTRIES])).prefix(rng) for _ in range(3)
            ],
            visits_a_day=min(
                rates.MOST_VISITS, math.exp(rng.gauss(rates.LOG_VISITS_MEAN, rates.LOG_VISITS_SPREAD))
            ),
            hour=(rng.gauss(14.0, 3.0) - world.clocks.get(country, 0) / 60.0) % 24.0,
            joins=rng.uniform(0.0, 0.8 * days) * DAY if rng.random() < rates.JOINS_LATE else 0.0,
        )

    def _browsers(self, language: str, has_collector: bool) -> list[Browser]:  # noqa: FBT001 - a fact
        rng = self._rng
        phones = [False] * (rng.random() < rates.HAS_COMPUTER) + [True] * (rng.random() < rates.HAS_PHONE)
        phones += [rng.random() < 0.5] * (rng.random() < rates.HAS_MORE)
        return [
            Browser.new(
                rng,
                is_phone=is_phone,
                language=language,
                time=self._began,
                began=self._began,
                has_collector=has_collector,
            )
            for is_phone in phones or [True]
        ]

    def _office(self, country: str) -> str:
        known = self._offices.setdefault(country, [])
        if len(known) < 8:
            known.append(address(self._world.home(country, self._rng).prefix(self._rng), self._rng))
        return self._rng.choice(known)


def _vpn_share(dice: float) -> float:
    if dice < rates.ALWAYS_VPN:
        return 1.0
    return rates.OFTEN_VPN if dice < rates.ALWAYS_VPN + rates.SOMETIMES_VPN else 0.0


class Life:
    """One person's days."""

    def __init__(self, person: Person, world: World, began: float, rng: Random) -> None:
        self._person = person
        self._world = world
        self._began = began
        self._rng = rng

    def visits(self, days: int) -> Iterator[Visit]:
        """Their good sign-ins, day by day."""
        for day in range(days):
            morning = self._began + day * DAY
            if day * DAY < self._person.joins:
                continue
            self._pass_night(morning)
            is_summer = day < _SUMMER_ENDS * days
            for time in sorted(self._times(day, morning)):
                if not self._is_on_the_way(time):
                    yield self._visit(time, day, is_summer=is_summer)

    def _is_on_the_way(self, time: float) -> bool:
        trip, person = self._person.trip, self._person
        return trip is not None and trip.country != person.country and abs(time - trip.begins) < _FLIGHT

    def _times(self, day: int, morning: float) -> Sequence[float]:
        wanted = self._person.visits_a_day * (rates.WEEKEND if day % _WEEK in {5, 6} else 1.1)
        count, left = 0, self._rng.random()
        while left > math.exp(-wanted) and count < 12:  # Knuth's Poisson
            count += 1
            left *= self._rng.random()
        hours = [(self._person.hour + self._rng.gauss(0.0, rates.HOUR_SPREAD)) % 24.0 for _ in range(count)]
        return [morning + hour * 3600.0 for hour in hours]

    def _pass_night(self, morning: float) -> None:
        person, rng = self._person, self._rng
        person.home.pass_day(rng)
        if rng.random() < rates.MOVES:
            provider = self._world.home(person.country, rng)
            prefix = provider.prefix(rng)
            person.home = Home(provider, prefix, address(prefix, rng), person.home.lease_days)
        for at, browser in enumerate(person.browsers):
            if rng.random() < rates.REPLACED:
                person.browsers[at] = self._new_browser(morning, is_phone=browser.is_phone)
            elif browser.id is not None and rng.random() < rates.CLEARED:
                browser.id = self._new_browser(morning, is_phone=browser.is_phone).id
        if person.trip is not None and morning >= person.trip.until:
            person.trip = None
        elif person.trip is None and rng.random() < rates.TRIPS:
            country = self._world.anywhere(rng) if rng.random() < rates.ABROAD else person.country
            until = morning + rng.choice(rates.TRIP_DAYS) * DAY
            hotel, cafe = (self._world.home(country, rng).prefix(rng) for _ in range(2))
            person.trip = Trip(country, until, morning + rng.uniform(0.0, DAY), (hotel, cafe))

    def _new_browser(self, time: float, *, is_phone: bool) -> Browser:
        return Browser.new(
            self._rng,
            is_phone=is_phone,
            language=self._person.language,
            time=time,
            began=self._began,
            has_collector=self._person.has_collector,
        )

    def _visit(self, time: float, day: int, *, is_summer: bool) -> Visit:
        person, rng = self._person, self._rng
        # The first browser is the favourite.
        weights = [3.0 if at == 0 else 1.0 for at in range(len(person.browsers))]
        browser = rng.choices(person.browsers, weights)[0]
        country, ip = self._place(time, day, browser)
        # As it is now: tomorrow it may be cleared or replaced.
        now = replace(browser)
        visit = Visit(time, person.name, ip, now, self._world.zone(country, is_summer))
        person.visits.append(visit)
        return visit

    def _place(self, time: float, day: int, browser: Browser) -> tuple[str, str]:
        """The country whose clock the device shows, and the address."""
        person, rng, trip = self._person, self._rng, self._person.trip
        if trip is not None and time > trip.begins:
            return trip.country, address(rng.choice(trip.prefixes), rng)
        if rng.random() < person.vpn:
            return person.country, address(rng.choice(person.vpn_exits), rng)
        if browser.is_phone and rng.random() < rates.ON_CARRIER:
            return person.country, address(rng.choice(person.exits), rng)
        if person.office is not None and day % _WEEK < 5 and rng.random() < rates.AT_OFFICE:
            return person.country, person.office
        if rng.random() < rates.ELSEWHERE:
            return person.country, address(self._world.home(person.country, rng).prefix(rng), rng)
        return person.country, person.home.ip
