"""Made-up bulk attacks: lists of names worked through with leaked or popular passwords."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from riskengine.training.simulate import rates
from riskengine.training.simulate.attackers import Try
from riskengine.training.simulate.browsers import DAY, bare_lines
from riskengine.training.simulate.devices import Device, Look, new_device, new_id
from riskengine.training.simulate.people import Person
from riskengine.training.simulate.providers import ELSEWHERE, ENGLISH
from riskengine.training.simulate.space import Prefix, address, v4_text
from riskengine.training.simulate.world import World

_CAMPAIGNS = 4  # of each kind in a stream
_NAMES = 20_000  # that the pool does not have


@dataclass(frozen=True, slots=True)
class Campaign:
    """How one list is worked through.

    Args:
        kind: of attack.
        count: tries.
        begins, gap: first try, and seconds between two on average.
        exits: addresses' neighbourhoods; with `is_fixed` few hosts of them.
        devices: what the program claims to be.
        right: share of tries with the right password.
    """

    kind: str
    count: int
    begins: float
    gap: float
    exits: Sequence[Prefix]
    hosts: Sequence[str]
    devices: Sequence[Device]
    right: float
    is_bare: bool
    is_faked: bool


class Floods:
    """All bulk attacks on the people of a stream."""

    def __init__(
        self,
        people: Sequence[Person],
        world: World,
        span: tuple[float, float],
        seed: int,
        listed: Sequence[int],
    ) -> None:
        self._people = people
        self._world = world
        self._began, self._ended = span
        self._seed = seed
        self._listed = listed

    def tries(self, count: int) -> Iterator[Try]:
        """About so many successes of each kind, among all their tries, in no order."""
        for kind in KINDS:
            rng = Random(f"{self._seed} {kind}")
            for number in range(_CAMPAIGNS):
                yield from self._run(self._campaign(kind, count / _CAMPAIGNS, number, rng), rng)

    def _campaign(self, kind: str, successes: float, number: int, rng: Random) -> Campaign:
        right = rates.SPRAYED_RIGHT if kind == "spraying" else rates.GUESSED_RIGHT
        count = round(successes / right)
        is_slow = kind == "slow_botnet" or (kind == "spraying" and number < rates.SLOW * _CAMPAIGNS)
        start = self._began + rates.STARTS_AFTER * (self._ended - self._began)
        if is_slow:
            begins = rng.uniform(start, start + 0.3 * (self._ended - start))
            gap = (self._ended - begins) / count * rng.uniform(0.5, 1.0)
        else:
            gap = rng.uniform(2.0, 25.0)
            begins = rng.uniform(start, max(start + 1.0, self._ended - count * gap))
        exits, hosts = self._exits(kind, count, rng, is_slow=is_slow)
        devices = [
            replace(
                new_device("computer", (ENGLISH,), rng, has_collector=True, time=self._began),
                is_hardened=False,
                extra=None,
            )
            for _ in range(rng.choice((1, 3, 8)))
        ]
        return Campaign(
            kind,
            count,
            begins,
            gap,
            exits,
            hosts,
            devices,
            right,
            is_bare=rng.random() < rates.BARE_TOOL,
            is_faked=rng.random() < rates.FAKED,
        )

    def _exits(self, kind: str, count: int, rng: Random, *, is_slow: bool) -> tuple[list[Prefix], list[str]]:
        """Homes by the thousand for what is slow; else some machines, or a proxy service's homes."""
        world = self._world
        if is_slow or rng.random() < 0.4:
            number = max(8, count // 2 if kind == "slow_botnet" else min(count // 4, 600))
            land = [world.land(rng.choice(ELSEWHERE)) for _ in range(12)]
            exits = [rng.choice(land).provider(rng).prefix(rng) for _ in range(number)]
        else:
            exits = [world.hoster(rng).prefix(rng) for _ in range(rng.choice((1, 3, 12)))]
        hosts = [address(prefix, rng) for prefix in exits]
        if self._listed:
            hosts = [v4_text(rng.choice(self._listed)) if rng.random() < rates.LISTED else ip for ip in hosts]
        return exits, hosts

    def _run(self, plan: Campaign, rng: Random) -> Iterator[Try]:
        time = plan.begins
        for _ in range(plan.count):
            time += rng.expovariate(1.0 / plan.gap)
            if time >= self._ended:
                return
            person = rng.choice(self._people)
            is_used = bool(person.visits) and person.visits[0].time < time
            is_right = is_used and rng.random() < plan.right
            is_nobody = not is_right and rng.random() < rates.UNKNOWN_NAMES
            name = f"nobody{rng.randrange(_NAMES)}" if is_nobody else person.name
            look = _look(plan, time, rng, is_collected=person.has_collector)
            yield Try(time, name, rng.choice(plan.hosts), look, is_right, plan.kind)


def _look(plan: Campaign, time: float, rng: Random, *, is_collected: bool) -> Look:
    device = rng.choice(plan.devices)
    look = device.look(time, 0, new_id(time - rng.uniform(1.0, 30 * DAY), rng))
    headers = look.headers
    if plan.is_bare:
        headers = bare_lines(next(value for name, value in headers if name == "User-Agent"))
    return Look(headers, look.fields if plan.is_faked and is_collected else None)


KINDS: Final = ("stuffing", "spraying", "slow_botnet")
