"""Request rates by category (TooManyRequestsException): a bucket of tokens for each pool or client."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from riskengine import api
from riskengine.base.clock import SECOND, Clock
from riskengine.config import ConfigurationError
from riskengine.operations.call import Caller
from riskengine.operations.categories import CATEGORIES, COGNITO

_PRESET = "cognito"
_MOST_BUCKETS = 10_000


def rates_of(entries: tuple[str, ...]) -> dict[str, int]:
    """Requests a second by category: "cognito" for its defaults, CATEGORY=NUMBER for one; the last holds.

    Raises:
        ConfigurationError: an entry is neither.
    """
    rates: dict[str, int] = {}
    for entry in entries:
        if entry == _PRESET:
            rates |= COGNITO
            continue
        category, _, number = entry.partition("=")
        if category not in COGNITO or not number.isdecimal() or not 0 < int(number) <= 1_000_000:
            known = ", ".join(sorted(COGNITO))
            raise ConfigurationError(
                f"Bad setting: request_rates has {entry!r}, not {_PRESET} or CATEGORY=NUMBER of {known}"
            )
        rates[category] = int(number)
    return rates


class Throttle:
    """Takes a token for each call; a bucket holds those of one second. Each process counts its own."""

    def __init__(self, rates: Mapping[str, int], machine: Clock) -> None:
        self._rates = rates
        self._machine = machine
        # Tokens left, and when that was so; the longest unused go first.
        self._buckets: OrderedDict[tuple[str, str], tuple[float, int]] = OrderedDict()

    def take(self, operation: str, request: Any, caller: Caller | None) -> None:
        """Count a call for its pool or client; for the pool of the `caller` whose token it carries.

        Raises:
            TooManyRequestsException: its category has none left, for this pool or client.
        """
        category = CATEGORIES[operation]
        rate = self._rates.get(category)
        if rate is None:
            return
        key = (category, caller.user.pool if caller else _subject(request))
        now = self._machine.now()
        tokens, since = self._buckets.pop(key, (float(rate), now))
        tokens = min(rate, tokens + max(now - since, 0) * rate / SECOND)
        is_allowed = tokens >= 1
        self._buckets[key] = (tokens - 1 if is_allowed else tokens, now)
        if len(self._buckets) > _MOST_BUCKETS:
            self._buckets.popitem(last=False)
        if not is_allowed:
            raise api.errors.TooManyRequestsException(f"Rate exceeded: {category}")


def _subject(request: Any) -> str:
    return getattr(request, "user_pool_id", None) or getattr(request, "client_id", None) or ""
