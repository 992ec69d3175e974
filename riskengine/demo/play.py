"""Plays the acts through the API and reads back what the engine decided."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, assert_never

from riskengine.base.clock import MINUTE
from riskengine.base.secret import Secret
from riskengine.demo.browsers import Device
from riskengine.demo.client import Answer, Api, Visit
from riskengine.demo.clock import PlayClock
from riskengine.demo.scenes import ACTS, Guesses, Scene, Verdict
from riskengine.demo.stage import Stage, password_of

_NO_CODE = "000000"
# What a client is told, in the words of the table; anything else means that a scene went wrong.
_REFUSALS = {
    "Incorrect username or password.": "refused: wrong name or password",
    "Unable to login because of security reasons.": "blocked",
    "Request not allowed due to security reasons.": "blocked: address",
    "Password reset required for the user": "blocked: password must be reset",
}


class UnplayableError(Exception):
    """A scene that the service would not play; the message says which, and what it said."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of a score."""

    code: str
    points: int
    text: str


@dataclass(frozen=True, slots=True)
class Decided:
    """One sign-in, and what the engine made of it. Without a score, no risk was computed or can be shown."""

    scene: Scene
    number: int
    score: int | None
    level: str | None
    decision: str | None
    action: str
    reasons: tuple[Reason, ...]
    outcome: str
    event: str  # its id; empty for a name that nobody has

    @property
    def is_in(self) -> bool:
        """Whether the visitor got tokens."""
        return self.outcome.endswith("tokens")


@dataclass(frozen=True, slots=True)
class Note:
    """What happened between two sign-ins."""

    title: str
    text: str


Shown = Decided | Note


@dataclass(frozen=True, slots=True)
class Play:
    """The acts, on a stage; `opening` is when they begin (microseconds)."""

    api: Api
    stage: Stage
    clock: PlayClock
    opening: int

    def perform(self, progress: Callable[[str], None]) -> Iterator[Shown]:
        """All acts in their order; `progress` is told what is played.

        Raises:
            UnplayableError: an act can't be played.
        """
        last: Decided | None = None
        number = 0
        for act in ACTS:
            self.clock.move_to(self.opening + act.at * MINUTE)
            match act:
                case Scene():
                    progress(act.title)
                    number += 1
                    last = self._scene(act, number)
                    yield last
                case Guesses():
                    progress(act.title)
                    yield self._guesses(act)
                case Verdict():
                    yield self._verdict(act, last)
                case _:
                    assert_never(act)

    def _scene(self, scene: Scene, number: int) -> Decided:
        visit = self._visit(
            scene.user, scene.password or password_of(scene.user), scene.address, scene.device
        )
        answer = self.api.sign_in(self.stage.app, visit, scene.door)
        outcome = self._outcome(scene, visit, answer)
        event = self.api.latest_event(self.stage.app, scene.user)
        return decided(scene, number, outcome, event)

    def _outcome(self, scene: Scene, visit: Visit, answer: Answer) -> str:
        """What the visitor gets in the end, a question for a code answered."""
        if answer.error:
            told = _REFUSALS.get(answer.message)
            if told is None:
                raise UnplayableError(f"{scene.title}: {answer.error}: {answer.message}")
            return told
        if not answer.challenge:
            return "tokens"
        if answer.challenge != "SOFTWARE_TOKEN_MFA":
            raise UnplayableError(f"{scene.title}: asked for {answer.challenge}")
        code = self.stage.code(scene.user, visit.time) if scene.code == "right" else _NO_CODE
        final = self.api.answer_code(self.stage.app, visit, answer.session, code)
        if scene.code == "right" and final.error:
            raise UnplayableError(f"{scene.title}: {final.error}: {final.message}")
        return "asked for a code: wrong, refused" if final.error else "asked for a code: right, tokens"

    def _guesses(self, guesses: Guesses) -> Note:
        scores: list[int] = []
        for at, user in enumerate(guesses.users):
            passed = guesses.minutes * MINUTE * at // len(guesses.users)
            self.clock.move_to(self.opening + guesses.at * MINUTE + passed)
            address = guesses.addresses[at % len(guesses.addresses)]
            visit = self._visit(user, guesses.password or f"leaked-{at}-of-{user}", address, guesses.device)
            answer = self.api.sign_in(self.stage.app, visit)
            if answer.error != "NotAuthorizedException":
                raise UnplayableError(f"{guesses.title}: a wrong password was answered with {answer}")
            if user in (guesses.users[0], guesses.users[-1]):
                scores.append(self._score(user))
        used = guesses.addresses[: len(guesses.users)]
        source = used[0] if len(used) == 1 else f"{len(used)} addresses"
        what = "one password" if guesses.password else "passwords from a leak"
        text = (
            f"{what} tried on {len(guesses.users)} names from {source} in {guesses.minutes} minutes, "
            f"all wrong; the first scored {scores[0]:+d}, the last {scores[-1]:+d}"
        )
        return Note(guesses.title, text)

    def _score(self, user: str) -> int:
        event = self.api.latest_event(self.stage.app, user)
        if event is None:
            raise UnplayableError(f"no event of {user}")
        return int(event["EventRisk"]["RiskScore"])

    def _verdict(self, verdict: Verdict, last: Decided | None) -> Note:
        if last is None:
            raise UnplayableError("a verdict needs an event")
        self.api.operator.admin_update_auth_event_feedback(
            UserPoolId=self.stage.app.pool,
            Username=last.scene.user,
            EventId=last.event,
            FeedbackValue=verdict.value,
        )
        return Note(f"Verdict on {last.number}", verdict.told)

    def _visit(self, user: str, password: str, address: str, held: Device) -> Visit:
        return Visit(
            username=user,
            password=Secret(password),
            address=address,
            headers=held.browser.header_lines(held.language, 0),
            context=held.context(self.opening, 0),
            time=self.clock.now(),
        )


def decided(scene: Scene, number: int, outcome: str, event: dict[str, Any] | None) -> Decided:
    """A decision as the API tells of it."""
    risk = event["EventRisk"] if event else {}
    score = risk.get("RiskScore")
    return Decided(
        scene=scene,
        number=number,
        score=score,
        level=None if score is None else risk.get("RiskLevel", "None"),
        decision=risk.get("RiskDecision"),
        action=risk.get("RiskAction", "NO_ACTION"),
        reasons=tuple(
            Reason(each["Code"], each["Points"], each["Text"]) for each in risk.get("RiskReasons", ())
        ),
        outcome=outcome,
        event=event["EventId"] if event else "",
    )
