"""What serving processes tell each other."""

from collections.abc import Sequence

from riskengine.entities import Observation, Worker
from riskengine.storage import records
from riskengine.storage.sql import Columns
from riskengine.storage.statements import observations as sql
from riskengine.storage.statements import workers as workers_sql
from riskengine.storage.tables.table import Table


class Observations(Table):
    """Observations of a pool, by process and number."""

    __slots__ = ()

    async def since(self, pool: str, process: str, number: int, *, limit: int) -> Sequence[Observation]:
        """What a process told after a number, in its order."""
        place: Columns = {"pool": pool, "process": process, "number": number, "limit": limit}
        return [_observation(row) for row in await self._rows(sql.SINCE, place)]

    async def of_pool(self, pool: str, *, after: tuple[str, int], limit: int) -> Sequence[Observation]:
        """A page of everybody's, by (process, number)."""
        place: Columns = {"pool": pool, "process": after[0], "number": after[1], "limit": limit}
        return [_observation(row) for row in await self._rows(sql.OF_POOL, place)]

    def add(self, observation: Observation) -> None:
        """Add; AlreadyExists("observation") at commit."""
        self._add(sql.ADD, records.observation_row(observation), "observation")

    def delete_until(self, pool: str, process: str, number: int) -> None:
        """Delete what a process told up to a number."""
        self._do(sql.DELETE_UNTIL, {"pool": pool, "process": process, "number": number})


class Workers(Table):
    """Serving processes."""

    __slots__ = ()

    async def list_(self) -> Sequence[Worker]:
        """All that have not been silent for long."""
        return await self._all(Worker, workers_sql.LIST, {})

    def put(self, worker: Worker) -> None:
        """Add or replace."""
        self._do(workers_sql.PUT, records.worker_row(worker))

    def delete(self, process: str) -> None:
        """Delete, if it is there."""
        self._do(workers_sql.DELETE, {"process": process})


def _observation(row: Sequence[object]) -> Observation:
    pool, process, number, decided, body = row
    return Observation(
        pool=str(pool),
        process=str(process),
        number=int(str(number)),
        decided=int(str(decided)),
        body=body if isinstance(body, bytes) else b"",
    )
