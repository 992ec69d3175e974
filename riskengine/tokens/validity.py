"""How long a client's tokens live: its settings and their units, in seconds."""

from dataclasses import dataclass

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_UNITS = {"seconds": 1, "minutes": _MINUTE, "hours": _HOUR, "days": _DAY}
_DEFAULT_SHORT = _HOUR
_DEFAULT_REFRESH = 30 * _DAY


@dataclass(frozen=True, slots=True)
class TokenValidity:
    """A client's settings as sent; None where it says nothing."""

    access: int | None = None
    id: int | None = None
    refresh: int | None = None
    access_unit: str | None = None
    id_unit: str | None = None
    refresh_unit: str | None = None


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """Seconds from issue to expiry."""

    access: int
    id: int
    refresh: int


def lifetimes(validity: TokenValidity) -> Lifetimes:
    """Settings in seconds: by default 1 hour, 1 hour, 30 days; a refresh of 0 is 30 days too."""
    return Lifetimes(
        access=_seconds(validity.access, validity.access_unit or "hours", _DEFAULT_SHORT),
        id=_seconds(validity.id, validity.id_unit or "hours", _DEFAULT_SHORT),
        refresh=_seconds(validity.refresh, validity.refresh_unit or "days", _DEFAULT_REFRESH),
    )


def out_of_range(lifetimes: Lifetimes) -> tuple[str, ...]:
    """The API members whose lifetime Cognito refuses: access and ID 5 min to 1 d, refresh 1 h to 10 y."""
    checks = (
        ("AccessTokenValidity", 5 * _MINUTE <= lifetimes.access <= _DAY),
        ("IdTokenValidity", 5 * _MINUTE <= lifetimes.id <= _DAY),
        ("RefreshTokenValidity", _HOUR <= lifetimes.refresh <= 3650 * _DAY),
    )
    return tuple(member for member, is_allowed in checks if not is_allowed)


def _seconds(count: int | None, unit: str, default: int) -> int:
    return count * _UNITS[unit] if count else default
