"""Replays a file of recorded sign-ins and writes down score, level, decision and reasons of each."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from riskengine.context.attempt import AttemptBuilder
from riskengine.context.recorded import AttemptLine, BadLine, read_attempts
from riskengine.flows.replay import Replay, Replayed, in_order, is_in_order
from riskengine.risk import Engine, Model, Policy, Population, default_model
from riskengine.training.metrics import Scored

# The digests in profiles need a key, and the same file must always give the same scores.
_KEY = b"riskengine evaluate"


@dataclass(slots=True)
class Evaluation:
    """What a file came to. `labelled` holds its labelled sign-ins with a right password."""

    attempts: int = 0
    verdicts: int = 0
    unknown_verdicts: int = 0
    faults: list[BadLine] = field(default_factory=list)
    labelled: list[Scored] = field(default_factory=list)


def evaluate(  # noqa: PLR0913 - one fact each
    path: Path,
    builder: AttemptBuilder,
    write: Callable[[str], Any],
    *,
    policy: Policy,
    progress: Callable[[int], None] = lambda _: None,
    model: Model | None = None,
) -> Evaluation:
    """Replay a file in time order; `write` gets one JSON line per attempt, in the file's order."""
    evaluation, model = Evaluation(), model or default_model()
    pools: dict[str | None, Replay] = {}
    is_ordered = is_in_order(read_attempts(path))
    late: list[tuple[int, str]] = []
    for done, line in enumerate(in_order(lambda: read_attempts(path)), 1):
        if done % 1000 == 0:
            progress(done)
        if isinstance(line, BadLine):
            evaluation.faults.append(line)
        elif isinstance(line, AttemptLine):
            pool = line.attempt.pool
            if pool not in pools:
                pools[pool] = Replay(builder, Engine(model, Population()), policy, _KEY)
            replayed = pools[pool].attempt(line)
            _count(evaluation, replayed)
            if is_ordered:
                write(as_json(replayed))
            else:
                late.append((line.number, as_json(replayed)))
        else:
            # An id is unique over a file, whatever the pool.
            is_known = any(replay.verdict(line) for replay in pools.values())
            evaluation.verdicts += is_known
            evaluation.unknown_verdicts += not is_known
    for _, text in sorted(late):
        write(text)
    return evaluation


def as_json(replayed: Replayed) -> str:
    """The answer about one attempt, on one line."""
    assessment = replayed.assessment
    reasons = [{"code": each.code, "points": each.points, "text": each.text} for each in assessment.reasons]
    answer = {
        "id": replayed.line.attempt.id,
        "score": assessment.score,
        "level": assessment.level.value,
        "decision": replayed.decision.risk_decision,
        "action": replayed.decision.action.value,
        "reasons": reasons,
    }
    return json.dumps(answer, ensure_ascii=False)


def _count(evaluation: Evaluation, replayed: Replayed) -> None:
    evaluation.attempts += 1
    label = replayed.line.truth.label
    if label is None or not replayed.line.attempt.password_ok:
        return
    assessment = replayed.assessment
    attempt = replayed.observed.attempt
    evaluation.labelled.append(
        Scored(
            label,
            assessment.score,
            assessment.level.value,
            replayed.history,
            time=attempt.time,
            has_device=attempt.device.collector is not None,
        )
    )
