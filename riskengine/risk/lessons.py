"""What verdicts taught: the reasons of judged sign-ins, beside a sample of ordinary ones to compare with.

Bounded whatever the traffic: some good sign-ins of each of the last days, and the latest verdicts.
"""

from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from riskengine.risk.attempt import Attempt
from riskengine.risk.correction import Points
from riskengine.risk.decay import day_of
from riskengine.risk.reasons import LEARNED, Assessment

_DAYS: Final = 30  # of ordinary sign-ins
_A_DAY: Final = 64
_VERDICTS: Final = 512
_WORD: Final = {"admin": 1.0, "user": 0.5}


@dataclass(frozen=True, slots=True)
class Lesson:
    """One sign-in and what it was; `weight` is how much the word of whoever said so counts."""

    user: str
    day: int
    weight: float
    is_attack: bool
    points: Points


class Lessons:
    """Verdicts by sign-in, the last word on each; and by day, a thinned sample of what got in unjudged."""

    __slots__ = ("_days", "_seen", "_stride", "_verdicts", "fresh")

    def __init__(self) -> None:
        self._verdicts: OrderedDict[str, Lesson] = OrderedDict()
        self._days: OrderedDict[int, dict[str, Points]] = OrderedDict()
        self._seen = 0
        self._stride = 1
        self.fresh = 0  # verdicts since somebody last learned from them

    def accept(self, attempt: Attempt, assessment: Assessment) -> None:
        """A sign-in got in: one of so many is kept, as many a day whatever the traffic."""
        day = day_of(attempt.time)
        if not self._days or day > next(reversed(self._days)):
            self._turn(day)
        self._seen += 1
        latest = self._days[next(reversed(self._days))]
        if self._seen % self._stride == 0 and len(latest) < 2 * _A_DAY:
            latest[_key(attempt)] = points_of(assessment)

    def judge(
        self, attempt: Attempt, assessment: Assessment, source: Literal["admin", "user"], *, valid: bool
    ) -> None:
        """Somebody said what a sign-in was."""
        key = _key(attempt)
        for kept in self._days.values():
            kept.pop(key, None)
        self._verdicts.pop(key, None)
        self._verdicts[key] = Lesson(
            attempt.user, day_of(attempt.time), _WORD[source], not valid, points_of(assessment)
        )
        if len(self._verdicts) > _VERDICTS:
            self._verdicts.popitem(last=False)
        self.fresh += 1

    def ordinary(self) -> Iterator[tuple[int, Points]]:
        """Day and points of the sample of sign-ins that nobody spoke of."""
        for day, kept in self._days.items():
            for points in kept.values():
                yield day, points

    def judged(self, *, attacks: bool) -> list[tuple[Lesson, float]]:
        """Verdicts of one kind with their weights: all of one user's together weigh no more than one."""
        found = [lesson for lesson in self._verdicts.values() if lesson.is_attack is attacks]
        of_user = Counter(lesson.user for lesson in found)
        return [(lesson, lesson.weight / of_user[lesson.user]) for lesson in found]

    def copy(self) -> "Lessons":
        """The same lessons, which stay as they are."""
        copied = Lessons()
        copied._verdicts = self._verdicts.copy()
        copied._days = OrderedDict((day, kept.copy()) for day, kept in self._days.items())
        copied._seen, copied._stride, copied.fresh = self._seen, self._stride, self.fresh
        return copied

    def _turn(self, day: int) -> None:
        self._stride = max(1, round(self._seen / _A_DAY))
        self._seen = 0
        self._days[day] = {}
        while len(self._days) > _DAYS:
            self._days.popitem(last=False)

    def to_state(self) -> dict[str, Any]:
        """Plain values that JSON keeps exactly."""
        return {
            "verdicts": [
                [key, one.user, one.day, one.weight, one.is_attack, dict(one.points)]
                for key, one in self._verdicts.items()
            ],
            "days": [
                [day, {key: dict(points) for key, points in kept.items()}] for day, kept in self._days.items()
            ],
            "seen": self._seen,
            "stride": self._stride,
            "fresh": self.fresh,
        }

    def pieces(self) -> Iterator[dict[str, Any]]:
        """The same in parts, for `add_piece`: the verdicts, and each day."""
        verdicts = [
            (key, one.user, one.day, one.weight, one.is_attack, one.points)
            for key, one in self._verdicts.items()
        ]
        yield {"verdicts": verdicts, "seen": self._seen, "stride": self._stride, "fresh": self.fresh}
        for day, kept in self._days.items():
            yield {"day": day, "kept": kept.copy()}

    def add_piece(self, piece: Mapping[str, Any]) -> None:
        """Take over, behind what is there, a part that `pieces` gave."""
        if "day" in piece:
            self._days[piece["day"]] = {key: _points(points) for key, points in piece["kept"].items()}
            return
        for key, user, day, weight, is_attack, points in piece["verdicts"]:
            self._verdicts[key] = Lesson(user, day, weight, is_attack, _points(points))
        self._seen, self._stride, self.fresh = piece["seen"], piece["stride"], piece["fresh"]

    def load(self, state: Mapping[str, Any]) -> None:
        """Take over what `to_state` gave."""
        for key, user, day, weight, is_attack, points in state["verdicts"]:
            self._verdicts[key] = Lesson(user, day, weight, is_attack, tuple(points.items()))
        for day, kept in state["days"]:
            self._days[int(day)] = {key: tuple(points.items()) for key, points in kept.items()}
        self._seen, self._stride, self.fresh = int(state["seen"]), int(state["stride"]), int(state["fresh"])


def points_of(assessment: Assessment) -> Points:
    """The points of each reason but what was learned itself."""
    found: Counter[str] = Counter()
    for reason in assessment.reasons:
        if reason.code != LEARNED and reason.points:
            found[reason.code] += reason.points
    return tuple(found.items())


def _key(attempt: Attempt) -> str:
    return f"{attempt.user}|{attempt.time!r}"


def _points(pairs: Iterable[Sequence[Any]]) -> Points:
    return tuple((code, own) for code, own in pairs)
