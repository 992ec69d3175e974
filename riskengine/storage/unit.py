"""A unit of work: writes that happen together or not at all."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from riskengine.storage.errors import Unstorable
from riskengine.storage.sql import Parameters, Statement, Value, are_storable

Ending = Literal["kept", "dropped", "unknown"]
OnEnd = Callable[[Ending], None]


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

    @property
    def is_of_one_row(self) -> bool:
        """Whether it adds one row, or swaps one."""
        return self.rows == 1 or bool(self.what)


class Writes(Protocol):
    """Where a table puts its writes."""

    def add(self, write: Write) -> None:
        """Collect a write for the end of the unit."""
        ...

    def on_end(self, told: OnEnd) -> None:
        """Tell somebody how the unit ended."""
        ...


@dataclass(slots=True)
class Unit:
    """The writes of one transaction, in order, until it ends."""

    writes: list[Write] = field(default_factory=list)
    is_ended: bool = False
    _told: list[OnEnd] = field(default_factory=list)
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

    def on_end(self, told: OnEnd) -> None:
        """Have somebody told how the unit ended, right after it did."""
        self._told.append(told)

    def end(self, ending: Ending) -> None:
        """Tell everybody; nothing more can be added."""
        self.is_ended = True
        for told in self._told:
            told(ending)


class NoUnit:
    """Stands where no transaction is open."""

    def add(self, write: Write) -> None:
        """Refuse: a write belongs in a transaction."""
        raise RuntimeError(f"a write outside a transaction: {write.statement.text}")

    def on_end(self, told: OnEnd) -> None:
        """Refuse: there is nothing to end."""
        raise RuntimeError(f"no transaction that {told} could be told of")
