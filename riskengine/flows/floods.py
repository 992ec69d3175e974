"""What the gate held back, added up by pool and network until somebody tells of it."""

from dataclasses import dataclass

_MOST_NETWORKS = 1000
_OTHERS = "others"


@dataclass(slots=True)
class Flood:
    """So many attempts refused from one network; times in microseconds."""

    pool: str
    network: str
    count: int
    first: int
    last: int


class HeldBack:
    """A line for each network and pool; beyond a thousand, one for all others of a pool."""

    def __init__(self) -> None:
        self._floods: dict[tuple[str, str], Flood] = {}

    def add(self, pool: str, network: str, now: int) -> None:
        """One attempt more."""
        key = (pool, network)
        if key not in self._floods and len(self._floods) >= _MOST_NETWORKS:
            key = (pool, _OTHERS)
        flood = self._floods.setdefault(key, Flood(*key, count=0, first=now, last=now))
        flood.count += 1
        flood.last = now

    def drain(self) -> list[Flood]:
        """Everything since the last time, the largest first."""
        floods, self._floods = self._floods, {}
        return sorted(floods.values(), key=lambda flood: -flood.count)
