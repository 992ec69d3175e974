"""What a pool learned from verdicts, version by version, and which of them scores now."""

from typing import Any, Literal

from msgspec import Struct

KEPT = 12  # versions


class LearnedVersion(Struct, frozen=True, kw_only=True):
    """One promoted correction; None scores with the shipped numbers alone.

    `figures` say how it did on the latest verdicts, beside the version before it.
    """

    number: int
    created: int
    source: Literal["schedule", "command", "rollback"]
    verdicts: int = 0
    figures: dict[str, float] = {}
    correction: dict[str, Any] | None = None


class Learned(Struct, frozen=True, kw_only=True):
    """A pool's versions, oldest first; the last one scores. While held, only a command adds another."""

    pool: str
    versions: tuple[LearnedVersion, ...] = ()
    is_held: bool = False
    version: int = 0

    @property
    def champion(self) -> LearnedVersion | None:
        """The version that scores, None before anything was learned."""
        return self.versions[-1] if self.versions else None

    def find(self, number: int) -> LearnedVersion | None:
        """A version by its number, None for one never made or no longer kept."""
        return next((each for each in self.versions if each.number == number), None)
