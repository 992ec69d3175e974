"""What a database has to offer below the tables: rows, units, schema."""

from collections.abc import Sequence
from typing import Protocol

from riskengine.storage.sql import Parameters, Row, Statement
from riskengine.storage.unit import Write


class Database(Protocol):
    """A database and its connections. Every method may raise `Unavailable`."""

    async def rows(self, statement: Statement, parameters: Parameters) -> Sequence[Row]:
        """All rows that a query answers, as of now."""
        ...

    async def commit(self, writes: Sequence[Write]) -> Sequence[int]:
        """Perform the writes durably, all or none; answers the rows each one touched.

        Once begun it is carried through, even when the waiter is cancelled.

        Raises:
            Conflict: when a write touched another number of rows than it must.
            AlreadyExists: when a write found its key taken.
        """
        ...

    async def migrate(self) -> None:
        """Apply the migrations that the schema lacks; safe from several processes at once."""
        ...

    async def roll_events(self, now: int, *, before: int) -> int:
        """Make the coming months' partitions of events, drop those wholly before `before`; answers how many.

        Nothing where there are no partitions.

        Raises:
            Conflict: when a partition was in use for too long; the next turn tries again.
        """
        ...

    async def event_tables(self) -> Sequence[str]:
        """The tables that old events leave row by row: those that no month bounds."""
        ...

    async def close(self) -> None:
        """Finish what was accepted, then close."""
        ...
