"""A bounded dict, of which the entry longest untouched goes first; it can stand still while it goes on."""

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from itertools import islice
from typing import Final, Generic, TypeVar

E = TypeVar("E")
# Keys, and what goes with them as columns of little-endian numbers.
Packed = tuple[Sequence[str], Sequence[bytes]]

_AT_ONCE: Final = 256
_PACKED: Final = 2048  # entries in one piece


class Table(Generic[E]):
    """Entries by key, oldest first: what is touched is taken out and put in anew, at the end."""

    __slots__ = ("_eldest", "_entries", "capacity")

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._entries: MutableMapping[str, E] = {}
        # The next to go, some at a time: a dict finds its first key slowly behind many deleted ones.
        self._eldest: dict[str, None] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def _make_room(self) -> None:
        if len(self._entries) >= self.capacity:
            if not self._eldest:
                self._eldest = dict.fromkeys(islice(self._entries, _AT_ONCE))
            key = next(iter(self._eldest))
            del self._eldest[key], self._entries[key]

    def _replace(self, entries: MutableMapping[str, E]) -> None:
        self._entries, self._eldest = entries, {}

    def stand_still(self) -> Iterator[Packed]:
        """The entries as they are now, in pieces to be read before `go_on`; the table goes on meanwhile."""
        still = self._entries
        if isinstance(still, _Layered):
            raise RuntimeError("the table stands still already")  # noqa: TRY004 - a state, no type
        self._entries = _Layered(still)
        return self._pieces(still)

    def _pieces(self, still: Mapping[str, E]) -> Iterator[Packed]:
        keys, entries = iter(still), iter(still.values())
        while some := list(islice(keys, _PACKED)):
            yield some, self._columns(list(islice(entries, _PACKED)))

    def _columns(self, entries: Sequence[E]) -> Sequence[bytes]:
        raise NotImplementedError

    def go_on(self) -> None:
        """Bring what stood still up to date; work for what changed only."""
        if isinstance(self._entries, _Layered):
            self._entries = self._entries.merged()


class _Layered(MutableMapping[str, E]):
    """What a dict would be, had it been changed: changes lie over it, in a dict's order."""

    __slots__ = ("_changed", "_fresh", "_gone", "_still")

    def __init__(self, still: MutableMapping[str, E]) -> None:
        self._still = still
        self._gone: set[str] = set()  # of what stands still
        self._changed: dict[str, E] = {}  # in its place
        self._fresh: dict[str, E] = {}  # behind all of it

    def __len__(self) -> int:
        return len(self._still) - len(self._gone) + len(self._fresh)

    def __iter__(self) -> Iterator[str]:
        for key in self._still:
            if key not in self._gone:
                yield key
        yield from self._fresh

    def __getitem__(self, key: str) -> E:
        if key in self._fresh:
            return self._fresh[key]
        if key in self._gone:
            raise KeyError(key)
        return self._changed[key] if key in self._changed else self._still[key]

    def __setitem__(self, key: str, entry: E) -> None:
        if key in self._still and key not in self._gone:
            self._changed[key] = entry
        else:
            self._fresh[key] = entry

    def __delitem__(self, key: str) -> None:
        if key in self._fresh:
            del self._fresh[key]
        elif key in self._still and key not in self._gone:
            self._gone.add(key)
            self._changed.pop(key, None)
        else:
            raise KeyError(key)

    def merged(self) -> MutableMapping[str, E]:
        for key in self._gone:
            del self._still[key]
        self._still.update(self._changed)
        self._still.update(self._fresh)
        return self._still
