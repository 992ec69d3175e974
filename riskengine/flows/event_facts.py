"""What a stored event says to the risk engine, and how an assessment is stored in it."""

from msgspec.structs import replace

from riskengine.entities import AuthEvent, EventReason
from riskengine.risk import Assessment, Attempt, Concluded, Level, Outcome, Reason, Thresholds


def is_grave(event: AuthEvent) -> bool:
    """Whether only an operator may say that it was all right: high risks, blocks, what one called Invalid."""
    operators = [each.value for each in event.verdicts if each.provider == "Admin"]
    return event.level == Level.HIGH.value or event.decision == "Block" or operators[-1:] == ["Invalid"]


def with_assessment(event: AuthEvent, attempt: Attempt | None, assessment: Assessment) -> AuthEvent:
    """The event of a scored attempt; None where it must teach nothing."""
    limits = assessment.thresholds
    return replace(
        event,
        attempt=attempt,
        score=assessment.score,
        level=assessment.level.value,
        reasons=tuple(EventReason(each.code, each.points, each.text) for each in assessment.reasons),
        thresholds=(limits.low, limits.medium, limits.high),
    )


def assessment_of(event: AuthEvent) -> Assessment:
    """The assessment that an event recorded."""
    reasons = tuple(Reason.of(each.code, each.points, each.text) for each in event.reasons)
    return Assessment(
        event.score or 0, Level(event.level), reasons, Thresholds(*(event.thresholds or (0, 0, 0)))
    )


def attempt_of(event: AuthEvent) -> Attempt:
    """The attempt of a scored event."""
    if event.attempt is None:
        raise AssertionError("an event without an attempt teaches nothing")
    return event.attempt


def concluded_of(event: AuthEvent) -> Concluded:
    """A scored event as feedback finds it."""
    assessment = assessment_of(event) if event.score is not None else None
    return Concluded(attempt_of(event), event.learning == "learned", assessment)


def outcome_of(event: AuthEvent) -> Outcome | None:
    """How a stored event ended; None while it has not."""
    if event.response == "InProgress":
        return None
    answers = dict(event.challenges)
    mfa = answers.get("Mfa")
    return Outcome(
        password_ok=answers.get("Password") == "Success",
        challenge=None if mfa is None else mfa == "Success",
        blocked=event.response == "Fail" and mfa != "Failure" and answers.get("Password") == "Success",
    )
