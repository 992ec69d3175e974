"""A unit of work: writes that happen together or not at all."""

from dataclasses import dataclass, field
from typing import Protocol

from riskengine.storage.errors import Unstorable
from riskengine.storage.sql import Parameters, Statement, Value, are_storable


@dataclass(frozen=True, slots=True)
class Write:
    """One write: `rows` is how many it must touch, `what` the kind of key it may find taken.

    `once` names the row and version of a compare-and-swap: two of them in one unit can't both hold.
    """

    statement: Statement
    parameters: Parameters
    rows: int | None = None
    what: str = ""
    once: tuple[Value, ...] = ()


class Writes(Protocol):
    """Where a table puts its writes."""

    def add(self, write: Write) -> None:
        """Collect a write for the end of the unit."""
        ...


@dataclass(slots=True)
class Unit:
    """The writes of one transaction, in order, until it ends."""

    writes: list[Write] = field(default_factory=list)
    is_ended: bool = False
    _swaps: set[tuple[str, tuple[Value, ...]]] = field(default_factory=set)

    def add(self, write: Write) -> None:
        """Collect a write.

        Raises:
            Unstorable: when a database could not hold one of its values.
        """
        if self.is_ended:
            raise RuntimeError("the transaction has ended: this write would be lost")
        if not are_storable(write.parameters):
            raise Unstorable(write.what)
        if write.once:
            swap = (write.statement.text, write.once)
            if swap in self._swaps:
                # The second would silently undo the first, or always conflict: a mistake either way.
                raise RuntimeError("one row saved twice in one transaction")
            self._swaps.add(swap)
        self.writes.append(write)


class NoUnit:
    """Stands where no transaction is open."""

    def add(self, write: Write) -> None:
        """Refuse: a write belongs in a transaction."""
        raise RuntimeError(f"a write outside a transaction: {write.statement.text}")
