"""What every kind of row has: a database to read from and a unit to write to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from riskengine.api import wire
from riskengine.storage.database import Database
from riskengine.storage.errors import NotFound
from riskengine.storage.sql import Parameters, Row, Statement, Value, are_storable
from riskengine.storage.unit import Write, Writes

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of row."""

    database: Database
    writes: Writes

    async def _rows(self, statement: Statement, parameters: Parameters) -> "list[Row]":
        # What no database can hold is in none: it is not found, on both alike.
        if not are_storable(parameters):
            return []
        return list(await self.database.rows(statement, parameters))

    async def _all(self, kind: type[T], statement: Statement, parameters: Parameters) -> list[T]:
        return [wire.from_record(kind, row[0]) for row in await self._rows(statement, parameters)]

    async def _find(self, kind: type[T], statement: Statement, parameters: Parameters) -> T | None:
        rows = await self._rows(statement, parameters)
        return wire.from_record(kind, rows[0][0]) if rows else None

    async def _count(self, statement: Statement, parameters: Parameters) -> int:
        rows = await self._rows(statement, parameters)
        return int(rows[0][0]) if rows else 0

    def _add(self, statement: Statement, parameters: Parameters, what: str) -> None:
        self.writes.add(Write(statement, parameters, what=what))

    def _swap(
        self, statement: Statement, parameters: Mapping[str, Value], *key: Value, what: str = ""
    ) -> None:
        """A write that holds for one version of one row only."""
        self.writes.add(Write(statement, parameters, rows=1, once=key, what=what))

    def _do(self, statement: Statement, parameters: Parameters) -> None:
        self.writes.add(Write(statement, parameters))


def present(thing: T | None) -> T:
    """The row that must be there.

    Raises:
        NotFound: when it is not.
    """
    if thing is None:
        raise NotFound
    return thing
