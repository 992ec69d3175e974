"""Test mode: in a pool tagged for it, a user name's ending or a header says what threat protection finds.

So an app's team can walk through its own screens in CI. Pools without the tag react to neither.
"""

import dataclasses
from collections.abc import Iterable
from typing import Final

from riskengine import api
from riskengine.context.attempt import RawContext
from riskengine.entities import Pool, User
from riskengine.risk import Assessment, Level, Reason

HEADER: Final = "x-riskengine-test"
CODE: Final = "TEST_MODE"
_LONGEST: Final = 256
_LEVELS: Final = {level.value.lower(): level for level in Level}
_TRUTHS: Final = {"true": True, "false": False}
_VERDICTS: Final = {"compromised": True, "not-compromised": False}
_ENDINGS: Final = 2  # a level and a verdict
_NAMES: Final = ("email", "preferred_username")


@dataclasses.dataclass(frozen=True, slots=True)
class Forced:
    """What a request wants to be found: a level, a verdict on its password; None leaves it to be found."""

    level: Level | None = None
    is_compromised: bool | None = None

    def __bool__(self) -> bool:
        return self.level is not None or self.is_compromised is not None


NOTHING: Final = Forced()


def forced(pool: Pool, context: RawContext, username: str, user: User | None) -> Forced:
    """What a request of a test pool forces; a header wins over the user's names.

    Raises:
        InvalidParameterException: the header can't be read.
    """
    if not pool.is_in_test_mode:
        return NOTHING
    told = by_header(context.headers)
    named = by_names(_names(username, user))
    return Forced(
        named.level if told.level is None else told.level,
        named.is_compromised if told.is_compromised is None else told.is_compromised,
    )


def by_header(headers: Iterable[tuple[str, str]]) -> Forced:
    """What `X-Riskengine-Test: risk=high; compromised=true` says; of several the first counts."""
    text = next((value for name, value in headers if name.lower() == HEADER), "")
    if len(text) > _LONGEST:
        raise _unreadable()
    found = NOTHING
    for part in filter(None, map(str.strip, text.lower().split(";"))):
        name, _, value = (word.strip() for word in part.partition("="))
        if name == "risk" and value in _LEVELS:
            found = dataclasses.replace(found, level=_LEVELS[value])
        elif name == "compromised" and value in _TRUTHS:
            found = dataclasses.replace(found, is_compromised=_TRUTHS[value])
        else:
            raise _unreadable()
    return found


def by_names(names: Iterable[str]) -> Forced:
    """What the first name that ends so says, after dots or pluses: `ann+risk-high.compromised@...`."""
    for name in names:
        level: Level | None = None
        verdict: bool | None = None
        for ending in name.partition("@")[0].lower().replace("+", ".").rsplit(".", _ENDINGS)[1:]:
            level = _LEVELS.get(ending.removeprefix("risk-")) if ending.startswith("risk-") else level
            verdict = _VERDICTS.get(ending, verdict)
        if level is not None or verdict is not None:
            return Forced(level, verdict)
    return NOTHING


def as_forced(assessment: Assessment, wanted: Forced) -> Assessment:
    """The assessment moved to the wanted level's first point, with a reason that says so."""
    limits, level = assessment.thresholds, wanted.level or assessment.level
    least = {Level.LOW: limits.low, Level.MEDIUM: limits.medium, Level.HIGH: limits.high}
    score = least.get(level, limits.low - 1) if wanted.level else assessment.score
    reason = Reason.of(CODE, score - assessment.score, _text(wanted))
    return Assessment(score, level, (*assessment.reasons, reason), limits)


def _text(wanted: Forced) -> str:
    parts = [] if wanted.level is None else [f"risk={wanted.level.value.lower()}"]
    if wanted.is_compromised is not None:
        parts.append(f"compromised={str(wanted.is_compromised).lower()}")
    return f"test mode: {'; '.join(parts)}"


def _names(username: str, user: User | None) -> Iterable[str]:
    if user is None:
        return (username,)
    return (username, user.username, *(user.attributes.get(name, "") for name in _NAMES))


def _unreadable() -> api.errors.InvalidParameterException:
    levels, truths = "|".join(_LEVELS), "|".join(_TRUTHS)
    return api.errors.InvalidParameterException(
        f"X-Riskengine-Test can't be read: it says risk={levels}, compromised={truths}, or both with a ;."
    )
