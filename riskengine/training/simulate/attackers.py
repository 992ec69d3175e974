"""Made-up attackers of every kind in the literature, in gangs that share machines and proxies."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from riskengine.training.simulate import rates
from riskengine.training.simulate.browsers import DAY, Browser, new_id
from riskengine.training.simulate.people import Person, Visit
from riskengine.training.simulate.world import ENGLISH, LANGUAGES, Prefix, World, address

_FOREIGN_ZONE: Final = "00:00"
_TRIES = 200  # for a victim


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt of an attacker."""

    time: float
    user: str
    ip: str
    headers: list[list[str]]
    fields: dict[str, str] | None
    password_ok: bool
    kind: str


@dataclass(frozen=True, slots=True)
class Gang:
    """What several attacks have in common."""

    browsers: list[Browser]
    country: str
    prefixes: list[Prefix]  # of their own country
    proxies: list[Prefix]  # residential, where the victims are
    is_bare: bool  # a program's headers


class Attackers:
    """Everybody who is after the people of a stream."""

    def __init__(self, people: list[Person], world: World, span: tuple[float, float], rng: Random) -> None:
        self._people = people
        self._world = world
        self._began, self._ended = span
        self._rng = rng
        self._victims_at = max(people, key=lambda person: len(person.visits)).country
        self._gangs = [self._gang() for _ in range(rates.GANGS)]

    def tries(self) -> Iterator[Try]:
        """All their attempts, in no order."""
        count = max(12, round(rates.SUCCESSES * len(self._people) / 100))
        for kind, attack in _AIMED.items():
            for _ in range(count):
                yield from self._aimed(kind, attack)
        for kind in ("stuffing", "spraying", "slow_botnet"):
            for _ in range(4):
                yield from self._bulk(kind, round(count / 4 / rates.GUESSED_RIGHT))

    def _gang(self) -> Gang:
        rng, world = self._rng, self._world
        country = world.anywhere(rng)
        return Gang(
            [self._browser() for _ in range(2)],
            country,
            [world.home(country, rng).prefix(rng) for _ in range(3)] + [world.hoster(rng).prefix(rng)],
            [world.home(self._victims_at, rng).prefix(rng) for _ in range(6)],
            rng.random() < rates.BARE_TOOL,
        )

    def _browser(self, *, language: str = ENGLISH, has_collector: bool | None = None) -> Browser:
        rng = self._rng
        collects = rng.random() < rates.COLLECTED if has_collector is None else has_collector
        return Browser.new(
            rng,
            is_phone=rng.random() < 0.3,
            language=language,
            time=self._began,
            began=self._began,
            has_collector=collects,
        )

    def _aimed(self, kind: str, attack: "Attack") -> Iterator[Try]:
        rng = self._rng
        time = rng.uniform(self._began + 4 * DAY, self._ended)
        victim = self._victim(time)
        if victim is None:
            return
        person, before = victim
        ip, headers, fields = attack(self, person, rng.choice(before), time)
        yield Try(time, person.name, ip, headers, fields, password_ok=True, kind=kind)
        if rng.random() < rates.RETURNS:
            later = time + rng.uniform(60.0, DAY)
            yield Try(later, person.name, ip, headers, fields, password_ok=True, kind=kind)

    def _victim(self, time: float) -> tuple[Person, list[Visit]] | None:
        for _ in range(_TRIES):
            person = self._rng.choice(self._people)
            before = [visit for visit in person.visits if visit.time < time][-10:]
            if len(before) >= rates.VICTIM_SIGN_INS:
                return person, before
        return None

    def _bulk(self, kind: str, count: int) -> Iterator[Try]:
        """A list of names worked through: fast from few addresses, or slowly from many."""
        rng, world = self._rng, self._world
        many = {"stuffing": 4, "spraying": 200, "slow_botnet": count}[kind]
        gap = {"stuffing": 20.0, "spraying": 90.0, "slow_botnet": 600.0}[kind]
        exits = [
            (world.hoster(rng) if kind == "stuffing" else world.home(world.anywhere(rng), rng)).prefix(rng)
            for _ in range(many)
        ]
        browsers = [self._browser(has_collector=False) for _ in range(5 if kind == "slow_botnet" else 2)]
        is_bare = kind == "stuffing" and rng.random() < 0.5
        time = rng.uniform(self._began + 4 * DAY, max(self._began + 5 * DAY, self._ended - count * gap))
        for _ in range(count):
            time += rng.expovariate(1.0 / gap)
            if time >= self._ended:
                return
            browser, person = rng.choice(browsers), rng.choice(self._people)
            is_known = bool(person.visits) and person.visits[0].time < time
            is_right = is_known and rng.random() < rates.GUESSED_RIGHT
            is_nobody = not is_right and rng.random() < rates.UNKNOWN_NAMES
            name = f"nobody{rng.randrange(10_000)}" if is_nobody else person.name
            headers = browser.tool_headers(time) if is_bare else browser.headers(time)
            ip = address(rng.choice(exits), rng)
            yield Try(time, name, ip, headers, None, password_ok=is_right, kind=kind)

    # What each aimed attack looks like: address, headers, device data.

    def naive(self, _person: Person, _seen: Visit, time: float) -> "Look":
        """From anywhere, on anything."""
        gang = self._rng.choice(self._gangs)
        browser = self._rng.choice(gang.browsers)
        zone = self._world.zone(gang.country, is_summer=True)
        headers = browser.tool_headers(time) if gang.is_bare else browser.headers(time)
        fields = None if gang.is_bare else browser.fields(time, zone, self._rng)
        return address(self._rng.choice(gang.prefixes), self._rng), headers, fields

    def vpn(self, person: Person, _seen: Visit, time: float) -> "Look":
        """A hoster's exit in the victim's country, all else the attacker's own."""
        gang = self._rng.choice(self._gangs)
        browser = self._rng.choice(gang.browsers)
        zone = self._world.zone(gang.country, is_summer=True)
        ip = address(self._world.hoster(self._rng, person.country).prefix(self._rng), self._rng)
        return ip, browser.headers(time), browser.fields(time, zone, self._rng)

    def reuse(self, _person: Person, _seen: Visit, time: float) -> "Look":
        """A leaked password tried once, from a hoster or a proxy somewhere, without device data."""
        rng, gang = self._rng, self._rng.choice(self._gangs)
        browser = rng.choice(gang.browsers)
        is_hosted = rng.random() < 0.6
        provider = self._world.hoster(rng) if is_hosted else self._world.home(self._world.anywhere(rng), rng)
        headers = browser.tool_headers(time) if gang.is_bare else browser.headers(time)
        return address(provider.prefix(rng), rng), headers, None

    def targeted(self, person: Person, seen: Visit, time: float) -> "Look":
        """The victim's country and a popular browser, perhaps with the right language and clock."""
        rng, gang = self._rng, self._rng.choice(self._gangs)
        is_right = rng.random() < rates.RIGHT_LANGUAGE
        language = LANGUAGES.get(person.country, ENGLISH) if is_right else ENGLISH
        browser = self._browser(language=language)
        is_proxied = person.country == self._victims_at and rng.random() < 0.5
        prefix = rng.choice(gang.proxies) if is_proxied else self._world.home(person.country, rng).prefix(rng)
        return address(prefix, rng), browser.headers(time), browser.fields(time, self._clock(seen), rng)

    def very_targeted(self, person: Person, seen: Visit, time: float) -> "Look":
        """The victim's town, provider and browser (a phishing kit collects them), on another machine."""
        rng = self._rng
        is_same = rng.random() < rates.SAME_PROVIDER
        provider = person.home.provider if is_same else self._world.home(person.country, rng)
        own = replace(seen.browser, screen=seen.browser.other_screen(rng), is_private=False)
        if own.id is not None:
            own.id = new_id(time - rng.uniform(60.0, 10 * DAY), rng)
        fields = own.fields(time, self._clock(seen), rng)
        return address(provider.prefix(rng), rng), seen.browser.headers(time), fields

    def stolen_fingerprint(self, person: Person, seen: Visit, time: float) -> "Look":
        """The victim's device data whole, from a proxy in the victim's country."""
        provider = self._world.home(person.country, self._rng)
        fields = replace(seen.browser, is_private=False).fields(time, seen.zone, self._rng)
        return address(provider.prefix(self._rng), self._rng), seen.browser.headers(time), fields

    def _clock(self, seen: Visit) -> str:
        return seen.zone if self._rng.random() < rates.RIGHT_CLOCK else _FOREIGN_ZONE


Look = tuple[str, list[list[str]], dict[str, str] | None]
Attack = Callable[[Attackers, Person, Visit, float], Look]

_AIMED: Final[dict[str, Attack]] = {
    "naive": Attackers.naive,
    "vpn": Attackers.vpn,
    "reuse": Attackers.reuse,
    "targeted": Attackers.targeted,
    "very_targeted": Attackers.very_targeted,
    "stolen_fingerprint": Attackers.stolen_fingerprint,
}
