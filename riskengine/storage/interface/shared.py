"""What serving processes tell each other."""

from collections.abc import Sequence
from typing import Protocol

from riskengine.entities import Observation, Worker


class Observations(Protocol):
    """Observations of a pool, by process and number."""

    async def since(self, pool: str, process: str, number: int, *, limit: int) -> Sequence[Observation]:
        """What a process told after a number, in its order."""
        ...

    async def of_pool(self, pool: str, *, after: tuple[str, int], limit: int) -> Sequence[Observation]:
        """A page of everybody's, by (process, number)."""
        ...

    def add(self, observation: Observation) -> None:
        """Add; AlreadyExists("observation") at commit."""
        ...

    def delete_until(self, pool: str, process: str, number: int) -> None:
        """Delete what a process told up to a number."""
        ...


class Workers(Protocol):
    """Serving processes."""

    async def list_(self) -> Sequence[Worker]:
        """All that have not been silent for long."""
        ...

    def put(self, worker: Worker) -> None:
        """Add or replace."""
        ...

    def delete(self, process: str) -> None:
        """Delete, if it is there."""
        ...
