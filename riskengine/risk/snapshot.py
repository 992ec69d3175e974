"""A population as of one moment, in pieces that take about a millisecond each, while it goes on.

To take it costs what is small; what is large stands still meanwhile, and changes are laid over it.
"""

from collections.abc import Container, Iterator
from contextlib import contextmanager
from typing import Any

from riskengine.risk.population import Population

# A name and its content: numbers, text, bytes and what is made of these, as MessagePack keeps them.
Piece = tuple[str, Any]


@contextmanager
def standing_still(population: Population, *, without: Container[str] = ()) -> Iterator[Iterator[Piece]]:
    """The population as it is now, to be read within the block; `without` tables of some paths."""
    tables = {path: table for path, table in population.tables() if path not in without}
    small, lessons = population.small_state(), list(population.lessons.pieces())
    still = {path: table.stand_still() for path, table in tables.items()}

    def pieces() -> Iterator[Piece]:
        yield "small", small
        yield from (("lessons", each) for each in lessons)
        for path, table in still.items():
            yield from (("table", (path, *each)) for each in table)

    try:
        yield pieces()
    finally:
        for table in tables.values():
            table.go_on()


def add(population: Population, piece: Piece) -> None:
    """Have a new population take over one piece; all of them, in their order, make it the one they are of.

    Raises:
        ValueError: the piece is of another release.
    """
    name, content = piece
    match name:
        case "small":
            population.load_small(content)
        case "lessons":
            population.lessons.add_piece(content)
        case "table":
            path, keys, columns = content
            table = dict(population.tables()).get(path)
            if table is not None:
                table.add_piece((keys, columns))
        case _:
            raise ValueError(f"no piece of a population is called {name!r}")
