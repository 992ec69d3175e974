"""How often one neighbourhood of addresses may ask for pages; each process counts its own."""

from collections import OrderedDict

from riskengine.base.clock import SECOND, Clock

_BURST = 40
_EVERY = 2 * SECOND  # one more after so long
_MOST_KEPT = 10_000


class Limiter:
    """A bucket of requests for each key; the longest unused go first."""

    def __init__(self, machine: Clock) -> None:
        self._machine = machine
        self._buckets: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def allows(self, key: str) -> bool:
        """Whether one more is within the limit; it is counted if so."""
        now = self._machine.now()
        left, since = self._buckets.pop(key, (float(_BURST), now))
        left = min(_BURST, left + max(now - since, 0) / _EVERY)
        is_allowed = left >= 1
        self._buckets[key] = (left - 1 if is_allowed else left, now)
        if len(self._buckets) > _MOST_KEPT:
            self._buckets.popitem(last=False)
        return is_allowed
