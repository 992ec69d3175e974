"""The one order in which a pool's attempts are scored, concluded and judged, live and in replay alike."""

from dataclasses import dataclass

from riskengine.risk.attempt import Attempt
from riskengine.risk.cells import Standing, locate
from riskengine.risk.learning import fail, judged, learn, taint, teach, trust, unlearn, with_verdict
from riskengine.risk.level import Level, Stance
from riskengine.risk.model import Model
from riskengine.risk.population import Outcome, Population, Source
from riskengine.risk.profile import EMPTY, PROVEN, UNIT, UNSURE, Profile, facts
from riskengine.risk.reasons import Assessment
from riskengine.risk.score import assess

_VALID_WEIGHT = {"admin": 2.0, "user": 1.0}
_TAINT_STRENGTH = {"admin": 1.0, "user": 0.8}
_HEARSAY = 0.25  # of a sign-in: what a link's Valid makes of a High event


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What an attempt's end does.

    Args:
        profile: the user's habits from now on.
        learned: the attempt is part of them.
        quarantined: it got in unproven; keep it with its event until feedback.
        attempt, assessment, outcome: what ended, and how.
        standing: where it stood against the user's habits, if they learned it.
    """

    profile: Profile
    learned: bool
    quarantined: bool
    attempt: Attempt
    assessment: Assessment
    outcome: Outcome
    standing: Standing | None = None

    @property
    def refused(self) -> bool:
        """Whether the attempt did not get in."""
        return not self.learned and not self.quarantined


@dataclass(frozen=True, slots=True)
class Concluded:
    """An event as feedback finds it.

    Args:
        attempt: what was tried.
        learned: whether its conclusion taught the profile.
        assessment: what it scored; without it, nothing is learned about the reasons.
    """

    attempt: Attempt
    learned: bool
    assessment: Assessment | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What feedback on an event does: to the user's habits, and to what others' attempts are held to."""

    profile: Profile
    attempt: Attempt
    source: Source
    spread: bool | None  # True forgives, False distrusts, None changes nothing for others
    valid: bool = True
    lesson: Assessment | None = None  # what the event scored, if that is to be learned from


class Engine:
    """A model and one pool's population. Profiles belong to the caller, who stores them.

    `conclude` and `judge` change nothing, so that a caller can first make their profiles durable;
    `observe` and `take` then bring the population up to date.
    """

    def __init__(self, model: Model, population: Population, stance: Stance | None = None) -> None:
        self.model = model
        self.population = population
        self._stance = stance or Stance()

    def assess(self, attempt: Attempt, profile: Profile | None, stance: Stance | None = None) -> Assessment:
        """Score an attempt; changes nothing."""
        return assess(attempt, profile, self.population, self.model, stance or self._stance)

    def conclude(
        self,
        attempt: Attempt,
        profile: Profile | None,
        assessment: Assessment,
        outcome: Outcome,
        event_id: str | None = None,
    ) -> Conclusion:
        """What the end of an attempt teaches; changes nothing before `observe`."""
        habits = profile or EMPTY
        proven = assessment.level < Level.MEDIUM or outcome.challenge is True
        if outcome.is_accepted and proven:
            values = facts(attempt)
            bucket = self.model.bucket(habits.learned) if habits.learned else None
            standing = Standing(values, locate(habits, values, attempt.time), bucket)
            weight = _weight(assessment, outcome)
            is_repeated = event_id is not None and event_id in habits.events
            return Conclusion(
                habits if is_repeated else teach(habits, attempt, standing, weight, event_id),
                learned=True,
                quarantined=False,
                attempt=attempt,
                assessment=assessment,
                outcome=outcome,
                standing=standing,
            )
        return Conclusion(
            fail(habits, attempt) if outcome.is_failure else habits,
            learned=False,
            quarantined=outcome.is_accepted,
            attempt=attempt,
            assessment=assessment,
            outcome=outcome,
        )

    def observe(self, end: Conclusion) -> None:
        """Take a conclusion into the population; once for each, in the order attempts ended."""
        self.population.observe(end.attempt, end.assessment, end.outcome, end.standing)

    def judge(self, event: Concluded, profile: Profile | None, *, valid: bool, source: Source) -> Verdict:
        """What feedback on an event changes; saying it twice counts once, the last word wins.

        Args:
            event: what it speaks of.
            profile: the user's habits now.
            valid: it was the owner; false when it was an attack.
            source: an operator, or the owner through a link.
        """
        habits, attempt, learned = profile or EMPTY, event.attempt, event.learned
        before = judged(habits, attempt)
        if before is valid:
            return Verdict(habits, attempt, source, spread=None)
        if valid and source == "user" and _is_high(event):
            # Whoever reads the owner's mail may say so: only an operator's word makes it as good as proven.
            habits = learn(habits, attempt, _HEARSAY)
            return Verdict(with_verdict(habits, attempt, valid=True), attempt, source, spread=None)
        weight = _VALID_WEIGHT[source]
        if valid:
            # What was learned already weighs one; Invalid took it out again.
            habits = trust(habits, attempt, weight if before is False or not learned else weight - 1.0)
        else:
            if before is True:
                habits = unlearn(habits, attempt, weight if not learned else max(1.0, weight))
            elif learned:
                habits = unlearn(habits, attempt)
            habits = taint(habits, attempt, _TAINT_STRENGTH[source])
        spread = None if valid and before is None else valid
        return Verdict(
            with_verdict(habits, attempt, valid=valid),
            attempt,
            source,
            spread,
            valid=valid,
            lesson=event.assessment,
        )

    def feedback(self, event: Concluded, profile: Profile | None, *, valid: bool, source: Source) -> Profile:
        """`judge` and `take` in one, for callers that store nothing."""
        verdict = self.judge(event, profile, valid=valid, source=source)
        self.take(verdict)
        return verdict.profile

    def take(self, verdict: Verdict) -> None:
        """Take a verdict into the population."""
        if verdict.lesson is not None:
            self.population.learn(verdict.attempt, verdict.lesson, verdict.source, valid=verdict.valid)
        if verdict.spread is not None:
            self.population.feedback(verdict.attempt, verdict=verdict.spread, source=verdict.source)


def _is_high(event: Concluded) -> bool:
    return event.assessment is not None and event.assessment.level is Level.HIGH


def _weight(assessment: Assessment, outcome: Outcome) -> int:
    """Thousandths of a sign-in that one counts for: most when proven, least when odd and never asked."""
    if outcome.challenge:
        return PROVEN
    return UNIT if assessment.level is Level.NONE else UNSURE
