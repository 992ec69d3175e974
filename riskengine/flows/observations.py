"""What processes tell each other of a pool's sign-ins: three kinds of news, as the bytes of a record."""

from dataclasses import replace

from msgspec import DecodeError, Struct

from riskengine.api import wire
from riskengine.risk import Assessment, Attempt, Conclusion, Engine, Outcome, Profile, Verdict
from riskengine.risk.cells import Standing
from riskengine.risk.population import Source


class Lesson(Struct, frozen=True, array_like=True):
    """A conclusion without the user's profile, which is stored with its event."""

    attempt: Attempt
    assessment: Assessment
    outcome: Outcome
    standing: Standing | None

    @classmethod
    def of(cls, end: Conclusion) -> "Lesson":
        """What others need to know of a conclusion."""
        return cls(end.attempt, without_words(end.assessment), end.outcome, end.standing)

    def conclusion(self) -> Conclusion:
        """The conclusion, as far as the shared state is concerned."""
        return Conclusion(
            Profile(),
            learned=False,
            quarantined=False,
            attempt=self.attempt,
            assessment=self.assessment,
            outcome=self.outcome,
            standing=self.standing,
        )


class Asked(Struct, frozen=True, array_like=True, tag="asked"):
    """A challenge is outstanding; from `until` on it counts as `lesson` says."""

    event: str
    until: int
    lesson: Lesson


class Finished(Struct, frozen=True, array_like=True, tag="finished"):
    """An attempt has ended; a challenge of its event is no longer outstanding."""

    event: str
    lesson: Lesson


class Judged(Struct, frozen=True, array_like=True, tag="judged"):
    """Somebody has said what an event was."""

    attempt: Attempt
    source: Source
    spread: bool | None
    valid: bool
    lesson: Assessment | None

    @classmethod
    def of(cls, verdict: Verdict) -> "Judged":
        """What others need to know of a verdict."""
        lesson = without_words(verdict.lesson) if verdict.lesson else None
        return cls(verdict.attempt, verdict.source, verdict.spread, verdict.valid, lesson)

    def verdict(self) -> Verdict:
        """The verdict, as far as the shared state is concerned."""
        return Verdict(
            Profile(), self.attempt, self.source, self.spread, valid=self.valid, lesson=self.lesson
        )


News = Asked | Finished | Judged


def to_bytes(news: News) -> bytes:
    """The body of an observation."""
    return wire.to_record(news)


def from_bytes(body: bytes) -> News:
    """What a process told.

    Raises:
        msgspec.DecodeError: another release wrote it.
    """
    kind: type[News] = News  # type: ignore[assignment]  # a union is no type to mypy
    return wire.from_record(kind, body)


def event_of(body: bytes) -> str:
    """The event whose end a process told; empty for other news, and for what another release wrote."""
    try:
        news = from_bytes(body)
    except DecodeError:
        return ""
    return news.event if isinstance(news, Finished) else ""


def take_in(engine: Engine, asked: dict[str, Asked], news: News, *, most: int) -> None:
    """Bring a pool's shared state up to date: its engine, and which challenges are outstanding."""
    match news:
        case Asked():
            if len(asked) >= most:
                del asked[next(iter(asked))]
            asked[news.event] = news
        case Finished():
            asked.pop(news.event, None)
            engine.observe(news.lesson.conclusion())
        case Judged():
            engine.take(news.verdict())


def without_words(assessment: Assessment) -> Assessment:
    """The assessment without its reasons' sentences: nothing is concluded from them."""
    return replace(assessment, reasons=tuple(replace(each, text="") for each in assessment.reasons))
