"""Made-up days: when people sign in, from where and with what, and what changes in the nights between."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import exp
from random import Random
from typing import NamedTuple

from riskengine.training.simulate import rates
from riskengine.training.simulate.browsers import DAY
from riskengine.training.simulate.devices import Device, new_device
from riskengine.training.simulate.homes import new_sim
from riskengine.training.simulate.people import Person, Visit
from riskengine.training.simulate.providers import COUNTRIES, ENGLISH, LANGUAGES, RELAYS
from riskengine.training.simulate.space import Network, Prefix, address
from riskengine.training.simulate.world import Town, World

_HOUR = 3600.0
_WEEK = 7
_DAY_OFF = (5, 6)  # the stream begins on a Monday
_MOST_A_DAY = 14


@dataclass(frozen=True, slots=True)
class Trip:
    """Some days elsewhere: the town, and the lines of the hotel and a café there."""

    town: Town
    begins: float
    ends: float
    lines: tuple[tuple[Network, Prefix], ...]
    is_abroad: bool


class Place(NamedTuple):
    """Where a sign-in leaves to the network."""

    ip: str
    town: Town
    network: Network | None
    is_odd: bool


class Life:
    """One person's days."""

    def __init__(self, person: Person, world: World, began: float, seed: int, tor: tuple[str, ...]) -> None:
        self._person = person
        self._world = world
        self._began = began
        self._tor = tor
        self._rng = Random(f"{seed} life {person.name}")
        self._trip: Trip | None = None
        self._away_until = 0.0

    def visits(self, days: int) -> Iterator[Visit]:
        """Their sign-ins, day by day; the good ones are kept with the person."""
        for day in range(days):
            morning = self._began + day * DAY
            self._pass_night(morning)
            if morning < self._away_until:
                continue
            for time in sorted(self._times(day, morning)):
                if time - self._began >= self._person.joins and not self._is_on_the_way(time):
                    yield from self._sign_in(time, day)

    def _times(self, day: int, morning: float) -> list[float]:
        person, rng = self._person, self._rng
        is_off = day % _WEEK in _DAY_OFF
        wanted = person.visits_a_day * (rates.WEEKEND if is_off else 1.2)
        wanted *= rates.TRAVELLER_VISITS if self._trip else 1.0
        count, left = 0, rng.random()
        while left > exp(-wanted) and count < _MOST_A_DAY:  # Knuth's Poisson
            count += 1
            left *= rng.random()
        clock = self._world.clock(self._trip.town if self._trip else person.town, morning)
        return [morning + self._hour(is_off=is_off) * _HOUR - clock * 60.0 for _ in range(count)]

    def _hour(self, *, is_off: bool) -> float:
        """Of the day, local time."""
        person, rng = self._person, self._rng
        if not is_off and rng.random() < person.in_working_hours:
            return rng.choice((rng.gauss(9.2, 1.0), rng.uniform(8.0, 17.5), rng.gauss(13.3, 0.8)))
        return rng.gauss(person.hour, rates.HOUR_SPREAD) % 24.0

    def _is_on_the_way(self, time: float) -> bool:
        trip, hours = self._trip, rates.FLIGHT_HOURS * _HOUR
        return (
            trip is not None
            and trip.is_abroad
            and min(abs(time - trip.begins), abs(time - trip.ends)) < hours
        )

    def _sign_in(self, time: float, day: int) -> Iterator[Visit]:
        person, rng = self._person, self._rng
        if rng.random() < rates.FORGETS:
            for step in range(rng.randint(4, 8)):
                yield replace(self._visit(time + 25.0 * step, day), password_ok=False)
            return
        visit = self._visit(time, day)
        before = time
        while rng.random() < (rates.TYPOS if before == time else rates.MORE_TYPOS):
            before -= rng.uniform(6.0, 40.0)
            yield replace(visit, time=before, password_ok=False)
        person.visits.append(visit)
        yield visit

    def _visit(self, time: float, day: int) -> Visit:
        trip = self._trip if self._trip and self._trip.begins < time < self._trip.ends else None
        local = (time + self._world.clock(self._person.town, time) * 60.0) % DAY / _HOUR
        is_work = day % _WEEK not in _DAY_OFF and 8.0 <= local < 18.0
        at_office = is_work and trip is None and self._rng.random() < rates.AT_OFFICE
        device = self._device(at_office=at_office and self._person.office is not None)
        is_own = any(device is own for own in (*self._person.devices, self._person.office_computer))
        place = self._place(time, device, trip, at_office=at_office)
        home = self._person.home.lease(time).town
        has_moved = trip is not None and self._rng.random() < rates.CLOCK_FOLLOWS
        clock = self._world.clock(trip.town if trip is not None and has_moved else home, time)
        return Visit(
            time=time,
            user=self._person.name,
            ip=place.ip,
            look=device.use(time, clock, self._rng),
            device=replace(device),
            town=place.town,
            network=place.network,
            clock=clock,
            is_abroad=trip is not None and trip.is_abroad,
            is_odd=place.is_odd or not is_own,
        )

    def _device(self, *, at_office: bool) -> Device:
        person, rng = self._person, self._rng
        if rng.random() < rates.BORROWED:
            languages = (LANGUAGES.get(person.country, ENGLISH),)
            kind = "computer" if rng.random() < 0.8 else "phone"
            return new_device(kind, languages, rng, has_collector=person.has_collector, time=self._began)
        if at_office and person.office_computer is not None and rng.random() >= person.uses_phone:
            return person.office_computer
        phones = [device for device in person.devices if device.is_mobile]
        others = [device for device in person.devices if not device.is_mobile]
        if phones and (not others or rng.random() < person.uses_phone):
            return phones[0]
        # The first is the favourite; the others have one sign-in in six.
        return others[0] if len(others) == 1 or rng.random() < 0.83 else rng.choice(others[1:])

    def _place(self, time: float, device: Device, trip: Trip | None, *, at_office: bool) -> Place:
        person, rng, world = self._person, self._rng, self._world
        lease = person.home.lease(time)
        here = trip.town if trip else lease.town
        if person.uses_tor and self._tor and not device.is_mobile:
            return Place(rng.choice(self._tor), here, None, is_odd=True)
        if person.vpn is not None and rng.random() < person.vpn.share:
            return Place(person.vpn.ip(world, rng), here, None, is_odd=False)
        if device.is_relayed and device.make.name == "safari":
            return Place(
                address(rng.choice(world.exits(RELAYS, here.country)), rng), here, None, is_odd=False
            )
        if trip is not None:
            return self._away(time, device, trip)
        is_out = rng.random() < rates.ON_CARRIER
        if device.is_mobile and is_out:
            return Place(person.sim.ip(time, rng), here, None, is_odd=False)
        if at_office and person.office is not None:
            return Place(person.office.ip(rng), person.office.town, None, is_odd=False)
        if rng.random() < rates.ELSEWHERE:
            network = world.land(here.country).provider(rng, here)
            ip = address(world.neighbourhood(network, here, rng), rng)
            return Place(ip, here, network, is_odd=True)
        return Place(person.home.ip(time, rng), here, lease.network, is_odd=False)

    def _away(self, time: float, device: Device, trip: Trip) -> Place:
        """A hotel's or a café's line; or the phone's own, which mostly leaves at home."""
        rng = self._rng
        if device.is_mobile and rng.random() < rates.ON_CARRIER:
            if not trip.is_abroad or rng.random() < rates.HOME_ROUTED:
                return Place(self._person.sim.ip(time, rng), trip.town, None, is_odd=False)
            carrier = self._world.land(trip.town.country).carrier(rng)
            exits = self._world.pool(trip.town.country, carrier.asn)
            return Place(address(rng.choice(exits), rng), trip.town, None, is_odd=True)
        network, prefix = trip.lines[0 if rng.random() < 0.8 else 1]
        return Place(address(prefix, rng), trip.town, network, is_odd=True)

    def _pass_night(self, morning: float) -> None:
        person, rng = self._person, self._rng
        for device in (*person.devices, person.office_computer):
            if device is not None:
                self._change(device, morning)
        if rng.random() < rates.CHANGES_CARRIER:
            person.sim = new_sim(self._world, person.country, rng)
        if rng.random() < rates.PAUSES:
            self._away_until = morning + rng.randint(*rates.PAUSE_DAYS) * DAY
        if rng.random() < rates.LANGUAGE_CHANGES:
            languages = (ENGLISH,) if person.languages[0] != ENGLISH else (LANGUAGES[person.country],)
            for device in person.devices:
                device.languages = languages
        if self._trip is not None and morning >= self._trip.ends:
            self._trip = None
        if self._trip is None and rng.random() < rates.TRIPS:
            self._trip = self._leave(morning)

    def _change(self, device: Device, morning: float) -> None:
        rng = self._rng
        if rng.random() < rates.CLEARED:
            device.id = ""
        if rng.random() < rates.REPLACED:
            person = self._person
            new = new_device(
                device.kind, device.languages, rng, has_collector=person.has_collector, time=morning
            )
            new.id = ""
            if device is person.office_computer:
                person.office_computer = new
            else:
                person.devices = [new if each is device else each for each in person.devices]

    def _leave(self, morning: float) -> Trip:
        rng, person = self._rng, self._person
        is_abroad = rng.random() < rates.ABROAD
        others = [code for code in COUNTRIES if code != person.country]
        land = self._world.land(rng.choice(others) if is_abroad else person.country)
        town = land.town(rng)
        lines = [land.provider(rng, town) for _ in range(2)]
        begins = morning + rng.uniform(0.0, DAY)
        return Trip(
            town=town,
            begins=begins,
            ends=begins + rng.choice(rates.TRIP_DAYS) * DAY,
            lines=tuple((line, self._world.neighbourhood(line, town, rng)) for line in lines),
            is_abroad=is_abroad,
        )
