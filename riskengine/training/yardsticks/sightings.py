"""The sign-ins with a right password of an attempts file, as the facts that every yardstick sees."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from riskengine.base.clock import to_seconds
from riskengine.context.attempt import AttemptBuilder, Subject
from riskengine.context.recorded import AttemptLine, BadLine, read_attempts
from riskengine.flows.replay import in_order
from riskengine.risk.profile import facts
from riskengine.training.metrics import LEGITIMATE

Vector = npt.NDArray[np.float64]
_KEY = b"riskengine yardsticks"


@dataclass(frozen=True, slots=True)
class Sighting:
    """One sign-in with a right password. `facts`: see risk.profile; what is unknown is absent."""

    time: float  # epoch seconds
    user: str
    label: str
    facts: dict[str, str]

    @property
    def is_good(self) -> bool:
        """Whether it was the owner."""
        return self.label == LEGITIMATE


def read_sightings(path: Path, builder: AttemptBuilder) -> list[Sighting]:
    """The labelled sign-ins of a file in the order of time."""
    return list(_sightings(path, builder))


def _sightings(path: Path, builder: AttemptBuilder) -> Iterator[Sighting]:
    for line in in_order(lambda: read_attempts(path)):
        if isinstance(line, BadLine) or not isinstance(line, AttemptLine):
            continue
        recorded, label = line.attempt, line.truth.label
        if label is None or not recorded.password_ok:
            continue
        subject = Subject(user=recorded.user, pool_key=_KEY, names=(recorded.user,))
        attempt = builder.build(recorded.raw, subject).attempt
        found = facts(attempt)
        if attempt.agent.kind is not None:
            found["machine"] = attempt.agent.kind
        if attempt.agent.os_version is not None:
            found["system"] = f"{attempt.agent.os} {attempt.agent.os_version}"
        if attempt.agent.browser_version is not None:
            found["browser"] = f"{attempt.agent.browser} {attempt.agent.browser_version}"
        yield Sighting(to_seconds(recorded.raw.time), recorded.user, label, found)
