"""SQL written once with :names, compiled at import to each database's placeholders."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Value = str | int | bytes | None
Parameters = Mapping[str, Value]
Columns = dict[str, Value]
Row = Sequence[Any]

LONGEST_KEY = 512  # characters: four bytes each still fit PostgreSQL's largest index row (2704 bytes)
_LARGEST = 2**63
_TABLE = re.compile(r"\b(?:from|join|into|update) (?!set\b)(\w+)")
_NAME = re.compile(r":([a-z_]+)")


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement in one database's own words, and the order of its arguments."""

    text: str
    names: tuple[str, ...]

    def arguments(self, parameters: Parameters) -> tuple[Value, ...]:
        """The parameters in the order of the placeholders."""
        return tuple([parameters[name] for name in self.names])


@dataclass(frozen=True, slots=True)
class Statement:
    """One SQL statement with :names, ready for both databases."""

    text: str
    table: str = field(init=False)  # the one it reads or writes; of several, the first
    tables: frozenset[str] = field(init=False)
    sqlite: Compiled = field(init=False)
    postgres: Compiled = field(init=False)

    def __post_init__(self) -> None:
        tables = _TABLE.findall(self.text)
        object.__setattr__(self, "table", tables[0] if tables else "")
        object.__setattr__(self, "tables", frozenset(tables))
        every = tuple(_NAME.findall(self.text))
        names = tuple(dict.fromkeys(every))
        numbered = _NAME.sub(lambda found: f"${names.index(found[1]) + 1}", self.text)
        object.__setattr__(self, "sqlite", Compiled(_NAME.sub("?", self.text), every))
        object.__setattr__(self, "postgres", Compiled(numbered, names))


def is_storable_text(text: str) -> bool:
    """Whether both databases can hold the text as a key."""
    if len(text) > LONGEST_KEY or "\0" in text:
        return False
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def are_storable(parameters: Parameters) -> bool:
    """Whether both databases can hold every one of the values."""
    for value in parameters.values():
        if isinstance(value, str):
            if not is_storable_text(value):
                return False
        elif isinstance(value, int) and not -_LARGEST <= value < _LARGEST:
            return False
    return True
