"""Request rates by category (TooManyRequestsException): a bucket of tokens for each pool or client.

Each process counts its own calls, and takes its share of a rate: the rate by the number of processes.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from riskengine import api
from riskengine.base.clock import SECOND, Clock
from riskengine.config import ConfigurationError
from riskengine.operations.call import Caller
from riskengine.operations.categories import CATEGORIES, COGNITO
from riskengine.telemetry import Deed, count_throttle

_PRESET = "cognito"
_MOST_BUCKETS = 10_000
# What Cognito's metrics call what a client asks for; operators' acts have no client.
_DEEDS: Mapping[str, Deed] = {
    "InitiateAuth": "SignIn",
    "AdminInitiateAuth": "SignIn",
    "RespondToAuthChallenge": "SignIn",
    "AdminRespondToAuthChallenge": "SignIn",
    "SignUp": "SignUp",
    "GetTokensFromRefreshToken": "TokenRefresh",
}
_REFRESHING = frozenset({"REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"})


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
                f"Bad setting: request_rates has {entry[:64]!r}, not {_PRESET} or CATEGORY=NUMBER of {known}"
            )
        rates[category] = int(number)
    return rates


class Throttle:
    """Takes a token for each call; a bucket holds those of one second. `processes` share the rates."""

    def __init__(
        self, rates: Mapping[str, int], machine: Clock, processes: Callable[[], int] = lambda: 1
    ) -> None:
        self._rates = rates
        self._processes = processes
        self._machine = machine
        # Tokens left, and when that was so; the longest unused go first.
        self._buckets: OrderedDict[tuple[str, str], tuple[float, int]] = OrderedDict()

    def take(self, operation: str, request: Any, caller: Caller | None) -> None:
        """Count a call for its pool or client; for the pool of the `caller` whose token it carries.

        Raises:
            TooManyRequestsException: its category has none left, for this pool or client.
        """
        category = CATEGORIES[operation]
        whole = self._rates.get(category)
        if whole is None:
            return
        rate = whole / self._processes()
        key = (category, caller.user.pool if caller else _subject(request))
        now = self._machine.now()
        tokens, since = self._buckets.pop(key, (max(rate, 1.0), now))
        tokens = min(max(rate, 1.0), tokens + max(now - since, 0) * rate / SECOND)
        is_allowed = tokens >= 1
        self._buckets[key] = (tokens - 1 if is_allowed else tokens, now)
        if len(self._buckets) > _MOST_BUCKETS:
            self._buckets.popitem(last=False)
        if not is_allowed:
            _count(operation, request)
            raise api.errors.TooManyRequestsException(f"Rate exceeded: {category}")


def _count(operation: str, request: Any) -> None:
    deed = _DEEDS.get(operation)
    if deed is None:
        return
    if getattr(request, "auth_flow", "") in _REFRESHING:
        deed = "TokenRefresh"
    count_throttle(deed, getattr(request, "client_id", ""))


def _subject(request: Any) -> str:
    return getattr(request, "user_pool_id", None) or getattr(request, "client_id", None) or ""
