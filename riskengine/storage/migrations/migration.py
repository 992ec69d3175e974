"""One step of the schema, in portable types, and its translation."""

import re
from dataclasses import dataclass

_POSTGRES_TYPES = {
    "TEXT": 'text collate "C"',  # order and prefixes by code point, as SQLite has them
    "BLOB": "bytea",
    "without rowid": "",
}
_TYPE = re.compile("|".join(_POSTGRES_TYPES))


@dataclass(frozen=True, slots=True)
class Migration:
    """Statements that lead from the version before to this one, in one transaction."""

    version: int
    statements: tuple[str, ...]
    sqlite: tuple[str, ...] = ()  # what SQLite alone is told after them; one process has the file
    postgres: tuple[str, ...] = ()  # what PostgreSQL alone is told after them, in its own words


def for_postgres(statement: str) -> str:
    """The same statement with PostgreSQL's names of types."""
    return _TYPE.sub(lambda found: _POSTGRES_TYPES[found[0]], statement)
