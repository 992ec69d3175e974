"""Recorded sign-ins through the very engine that scores live ones, in the order of their times."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from riskengine.context.attempt import AttemptBuilder, Observed, Subject
from riskengine.context.recorded import AttemptLine, BadLine, Line, VerdictLine
from riskengine.risk import (
    Action,
    Assessment,
    Concluded,
    Conclusion,
    Decision,
    Engine,
    Outcome,
    Policy,
    Profile,
    decide,
)

_CHALLENGES = frozenset({Action.MFA_IF_CONFIGURED, Action.MFA_REQUIRED})


@dataclass(frozen=True, slots=True)
class Replayed:
    """One recorded attempt, as the engine would have judged it then."""

    line: AttemptLine
    observed: Observed
    assessment: Assessment
    decision: Decision
    conclusion: Conclusion
    history: int  # sign-ins that the user's profile had learned before


class Replay:
    """One pool's recorded sign-ins. Labels are never looked at; a challenge's end once one was decided."""

    def __init__(
        self,
        builder: AttemptBuilder,
        engine: Engine,
        policy: Policy,
        key: bytes,
        user_of: Callable[[str], str] = str,
    ) -> None:
        self.profiles: dict[str, Profile] = {}
        self._builder = builder
        self._engine = engine
        self._policy = policy
        self._key = key
        self._user_of = user_of
        self._judgeable: dict[str, Concluded] = {}  # by id

    def attempt(self, line: AttemptLine) -> Replayed:
        """Score, decide, and learn what the recorded end teaches."""
        recorded = line.attempt
        user = self._user_of(recorded.user)
        subject = Subject(user=user, pool_key=self._key, names=(recorded.user,))
        observed = self._builder.build(recorded.raw, subject)
        profile = self.profiles.get(user, Profile())
        assessment = self._engine.assess(observed.attempt, profile)
        decision = decide(assessment, self._policy)
        outcome = _outcome(line, decision)
        end = self._engine.conclude(observed.attempt, profile, assessment, outcome, event_id=recorded.id)
        self._engine.observe(end)
        self.profiles[user] = end.profile
        if recorded.id is not None:
            self._judgeable[recorded.id] = Concluded(observed.attempt, end.learned, assessment)
        return Replayed(line, observed, assessment, decision, end, profile.learned)

    def verdict(self, line: VerdictLine) -> bool:
        """Take in an administrator's word on an earlier attempt; False where that is not known."""
        judgeable = self._judgeable.get(line.id)
        if judgeable is None:
            return False
        user = judgeable.attempt.user
        verdict = self._engine.judge(
            judgeable, self.profiles[user], valid=line.value == "Valid", source="admin"
        )
        self.profiles[user] = verdict.profile
        self._engine.take(verdict)
        return True


def _outcome(line: AttemptLine, decision: Decision) -> Outcome:
    if not line.attempt.password_ok:
        return Outcome(password_ok=False)
    if decision.action is Action.BLOCK:
        return Outcome(password_ok=True, blocked=True)
    challenge = line.truth.challenge_passed if decision.action in _CHALLENGES else None
    return Outcome(password_ok=True, challenge=challenge)


def time_of(line: AttemptLine | VerdictLine) -> int:
    """When it happened, in microseconds."""
    return line.time if isinstance(line, VerdictLine) else line.attempt.raw.time


def is_in_order(lines: Iterable[Line]) -> bool:
    """Whether no line is older than one before it."""
    latest = 0
    for line in lines:
        if isinstance(line, BadLine):
            continue
        if time_of(line) < latest:
            return False
        latest = time_of(line)
    return True


def in_order(read: Callable[[], Iterable[Line]]) -> Iterator[Line]:
    """All lines by time, bad ones first; a file that is in order already is not held in memory.

    Args:
        read: opens the lines anew; called twice.
    """
    if is_in_order(read()):
        yield from read()
        return
    lines = list(read())
    yield from (line for line in lines if isinstance(line, BadLine))
    yield from sorted((line for line in lines if not isinstance(line, BadLine)), key=time_of)
