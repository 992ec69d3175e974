"""Made-up attackers who know a password, in gangs that share machines, proxies and habits."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from riskengine.training.simulate import rates
from riskengine.training.simulate.browsers import COMPUTERS, DAY, PHONES, bare_lines, choose
from riskengine.training.simulate.devices import Device, Look, new_device, new_id
from riskengine.training.simulate.people import Person, Visit
from riskengine.training.simulate.providers import ELSEWHERE, ENGLISH, LANGUAGES, VPN_SERVICES
from riskengine.training.simulate.space import Prefix, address
from riskengine.training.simulate.world import World

_TRIES = 200  # for a victim


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt of an attacker."""

    time: float
    user: str
    ip: str
    look: Look
    password_ok: bool
    kind: str


@dataclass(frozen=True, slots=True)
class Gang:
    """What several attacks of one kind have in common."""

    country: str
    devices: Sequence[Device]
    exits: Sequence[Prefix]  # its own way out
    service: tuple[int, ...]  # of VPN
    is_bare: bool  # a program instead of a browser
    is_clean: bool  # a fresh profile for every victim


@dataclass(frozen=True, slots=True)
class Mark:
    """A victim at a time, as a phishing page or malware saw it."""

    person: Person
    seen: Visit
    time: float


class Attackers:
    """Everybody who knows a password of the people of a stream."""

    def __init__(
        self, people: Sequence[Person], world: World, span: tuple[float, float], seed: int, tor: Sequence[str]
    ) -> None:
        self._people = people
        self._world = world
        self._began, self._ended = span
        self._seed = seed
        self._tor = tor

    def tries(self, count: int) -> Iterator[Try]:
        """About so many successes of each kind, in no order."""
        for kind, attack in AIMED.items():
            rng = Random(f"{self._seed} {kind}")
            gangs = [self._gang(rng) for _ in range(max(2, round(count / rates.VICTIMS_PER_GANG)))]
            for _ in range(count):
                yield from self._attack(kind, attack, rng.choice(gangs), rng)

    def _gang(self, rng: Random) -> Gang:
        world, country = self._world, rng.choice(ELSEWHERE)
        languages = (LANGUAGES.get(country, ENGLISH), ENGLISH) if rng.random() < 0.5 else (ENGLISH,)
        kinds = ["computer"] * rng.choice((1, 1, 2)) + ["phone"] * (rng.random() < 0.3)
        devices = [
            replace(
                new_device(kind, languages, rng, has_collector=True, time=self._began),
                is_app=False,
                is_hardened=False,
            )
            for kind in kinds
        ]
        dice, land = rng.random(), world.land(country)
        if dice < rates.PROXIED:
            exits = [land.provider(rng).prefix(rng) for _ in range(3)]
        elif dice < rates.PROXIED + rates.TOR:
            exits = []
        else:
            exits = [world.hoster(rng).prefix(rng) for _ in range(2)]
        return Gang(
            country,
            devices,
            exits,
            rng.choice(VPN_SERVICES),
            is_bare=rng.random() < rates.BARE_TOOL,
            is_clean=rng.random() < rates.CLEAN_PROFILE,
        )

    def _attack(self, kind: str, attack: "Attack", gang: Gang, rng: Random) -> Iterator[Try]:
        mark = self._mark(rng)
        if mark is None:
            return
        is_right = kind != "reuse" or rng.random() >= rates.REUSE_FAILS
        ip, look = attack(self, mark, gang, rng)
        yield Try(mark.time, mark.person.name, ip, look, is_right, kind)
        if is_right and rng.random() < rates.RETURNS:
            time = mark.time + rng.expovariate(1.0 / rates.RETURN_DAYS) * DAY
            if rng.random() < rates.CHANGES_EXIT:
                ip, look = attack(self, replace(mark, time=time), gang, rng)
            yield Try(time, mark.person.name, ip, look, is_right, kind)

    def _mark(self, rng: Random) -> Mark | None:
        """Somebody whose account has been used, at a time of the attacker's choice."""
        start = self._began + rates.STARTS_AFTER * (self._ended - self._began)
        time = rng.uniform(start, self._ended)
        for _ in range(_TRIES):
            person = rng.choice(self._people)
            before = person.before(time)
            if len(before) >= rates.VICTIM_SIGN_INS:
                return Mark(person, rng.choice(before), time)
        return None

    # What each attack looks like: address, headers and device data.

    def naive(self, mark: Mark, gang: Gang, rng: Random) -> "Seen":
        """From anywhere, on anything."""
        return self._exit(gang, rng), self._own_look(mark, gang, rng)

    def vpn(self, mark: Mark, gang: Gang, rng: Random) -> "Seen":
        """An exit in the victim's country, all else the attacker's own."""
        country, world = mark.person.country, self._world
        if rng.random() >= rates.HOSTED_VPN:
            prefix = world.land(country).provider(rng).prefix(rng)
        elif rng.random() < 0.7:
            prefix = rng.choice(world.exits(gang.service, country))
        else:
            prefix = world.hoster(rng, country).prefix(rng)
        return address(prefix, rng), self._own_look(mark, replace(gang, is_bare=False), rng)

    def reuse(self, mark: Mark, gang: Gang, rng: Random) -> "Seen":
        """A leaked password, tried once from a proxy or hoster somewhere."""
        world = self._world
        if rng.random() < 0.5:
            prefix = world.hoster(rng).prefix(rng)
        else:
            prefix = world.land(rng.choice(ELSEWHERE)).provider(rng).prefix(rng)
        return address(prefix, rng), self._own_look(mark, gang, rng)

    def targeted(self, mark: Mark, gang: Gang, rng: Random) -> "Seen":
        """The victim's country and a popular browser, perhaps with the right language and clock."""
        country = mark.person.country
        own = LANGUAGES.get(country, ENGLISH)
        languages = (own,) if rng.random() < rates.RIGHT_LANGUAGE else (ENGLISH,)
        make = choose(PHONES if rng.random() < 0.25 else COMPUTERS, rng)
        kind = "phone" if make.system in {"ios", "android"} else "computer"
        device = replace(
            gang.devices[0], make=make, kind=kind, languages=languages, is_private=False, extra=None, lag=0.0
        )
        clock = mark.seen.clock if rng.random() < rates.RIGHT_CLOCK else self._clock(gang, mark.time)
        look = device.look(mark.time, clock, self._id(gang, mark.time, rng))
        ip = address(self._world.land(country).provider(rng).prefix(rng), rng)
        return ip, _collected(look, mark.person)

    def very_targeted(self, mark: Mark, gang: Gang, rng: Random) -> "Seen":
        """The victim's town, provider and browser, as phishing kits collect them, on another machine."""
        device = _aged(mark.seen.device, rng)
        clock = mark.seen.clock if rng.random() < rates.RIGHT_CLOCK else self._clock(gang, mark.time)
        device = replace(device, model=rng.randrange(1000), is_private=False)
        made = new_id(mark.time - rng.expovariate(1 / (3 * DAY)) - 15.0, rng, is_app=device.is_app)
        return self._near(mark, rates.RIGHT_TOWN, rng), device.look(mark.time, clock, made)

    def stolen_fingerprint(self, mark: Mark, _gang: Gang, rng: Random) -> "Seen":
        """The victim's device data whole, from a proxy in the victim's country or town."""
        device, seen = _aged(mark.seen.device, rng), mark.seen
        stolen = (seen.look.fields or {}).get("DeviceId") or device.id
        look = device.look(mark.time, seen.clock, stolen)
        return self._near(mark, rates.THIEF_IN_TOWN, rng), look

    def _near(self, mark: Mark, share: float, rng: Random) -> str:
        """A home's address: in the victim's town with the given chance, else in the country."""
        person, world = mark.person, self._world
        land, lease = world.land(person.country), person.home.lease(mark.time)
        if rng.random() >= share:
            return address(land.provider(rng).prefix(rng), rng)
        is_same = rng.random() < rates.RIGHT_PROVIDER
        network = lease.network if is_same else land.provider(rng, lease.town)
        return address(world.neighbourhood(network, lease.town, rng), rng)

    def _exit(self, gang: Gang, rng: Random) -> str:
        if gang.exits:
            return address(rng.choice(gang.exits), rng)
        return rng.choice(self._tor) if self._tor else address(self._world.hoster(rng).prefix(rng), rng)

    def _own_look(self, mark: Mark, gang: Gang, rng: Random) -> Look:
        device = rng.choice(gang.devices)
        look = device.look(mark.time, self._clock(gang, mark.time), self._id(gang, mark.time, rng, device))
        if gang.is_bare:
            agent = next(value for name, value in look.headers if name == "User-Agent")
            return Look(bare_lines(agent), None)
        return _collected(look, mark.person)

    def _id(self, gang: Gang, time: float, rng: Random, device: Device | None = None) -> str:
        own = device or gang.devices[0]
        return new_id(time - rng.uniform(20.0, 300.0), rng) if gang.is_clean else own.id

    def _clock(self, gang: Gang, time: float) -> int:
        return self._world.clock(self._world.land(gang.country).towns[0], time)


def _collected(look: Look, person: Person) -> Look:
    """What the victim's application would send of the attacker's device."""
    return look if person.has_collector else Look(look.headers, None)


def _aged(device: Device, rng: Random) -> Device:
    """A copy of a victim's browser, now and then a release behind."""
    if rng.random() < rates.CONSOLE and not device.make.is_apple:
        return replace(device, lag=device.lag + 28 * DAY)
    return replace(device)


Seen = tuple[str, Look]
Attack = Callable[[Attackers, Mark, Gang, Random], Seen]

AIMED: Final[dict[str, Attack]] = {
    "naive": Attackers.naive,
    "vpn": Attackers.vpn,
    "reuse": Attackers.reuse,
    "targeted": Attackers.targeted,
    "very_targeted": Attackers.very_targeted,
    "stolen_fingerprint": Attackers.stolen_fingerprint,
}
