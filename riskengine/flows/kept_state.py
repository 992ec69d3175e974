"""A pool's shared risk state as it is stored: written and read piece by piece, with turns for others between.

Deflated MessagePack: the position of what is in it, the challenges outstanding, the population. All three are
of one moment, that of the call.
"""

import asyncio
import zlib
from base64 import b64decode
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from msgspec import Struct, json, msgpack

from riskengine.flows.journal import Journal, Taken, position_of
from riskengine.flows.observations import Asked, from_bytes, to_bytes
from riskengine.risk import Model, Piece, Population, add, standing_still

# Of attempted passwords: their digests are not written down for longer than a minute.
_NEVER_KEPT: Final = ("crowds.password",)
_LENGTH: Final = 4  # bytes before each piece
_HEAD: Final = 1 << 20  # bytes that the position, the first piece, is looked for in
_AT_ONCE: Final = 200  # challenges in one piece
_LEVEL: Final = 1  # of compression


@dataclass(slots=True)
class Kept:
    """What a stored state says; `position` is None where an earlier release knew of none."""

    population: Population
    position: dict[str, Taken] | None
    asked: dict[str, Asked] = field(default_factory=dict)


class _Position(Struct):
    """The part of an earlier release's state that says what is in it."""

    taken: dict[str, tuple[int, list[int]]] = {}


async def written(journal: Journal, position: Mapping[str, Taken]) -> bytes:
    """The state of a journal, as it is when this is called, and its position; the loop goes on meanwhile."""
    asked = list(journal.asked.values())
    taken = {process: (each.low, sorted(each.above)) for process, each in position.items()}
    encoded: list[bytes] = []
    with standing_still(journal.engine.population, without=_NEVER_KEPT) as population:
        for piece in _pieces(taken, asked, population):
            body = msgpack.encode(piece)
            encoded += (len(body).to_bytes(_LENGTH, "big"), body)
            await asyncio.sleep(0)
    return await asyncio.to_thread(_deflated, encoded)


def _pieces(taken: object, asked: list[Asked], population: Iterator[Piece]) -> Iterator[Piece]:
    yield "taken", taken
    for start in range(0, len(asked), _AT_ONCE):
        yield "asked", [to_bytes(each) for each in asked[start : start + _AT_ONCE]]
    yield from population


def _deflated(encoded: list[bytes]) -> bytes:
    deflate = zlib.compressobj(_LEVEL)
    return b"".join([*map(deflate.compress, encoded), deflate.flush()])


async def read(body: bytes, model: Model) -> Kept:
    """What a stored state says; the loop goes on meanwhile.

    Raises:
        ValueError: it is of another release.
    """
    if body.startswith(b"{"):
        return _earlier(json.decode(body), model)
    kept = Kept(Population(model=model), None)
    async for name, content in _read_pieces(body):
        match name:
            case "taken":
                kept.position = position_of(content)
            case "asked":
                news = map(from_bytes, content)
                kept.asked |= {each.event: each for each in news if isinstance(each, Asked)}
            case _:
                add(kept.population, (name, content))
    return kept


async def _read_pieces(body: bytes) -> AsyncIterator[Piece]:
    try:
        plain = memoryview(await asyncio.to_thread(zlib.decompress, body))
    except zlib.error as error:
        raise ValueError(str(error)) from None
    while plain:
        piece, plain = _first(plain)
        yield piece
        await asyncio.sleep(0)


def _first(plain: memoryview) -> tuple[Piece, memoryview]:
    end = _LENGTH + int.from_bytes(plain[:_LENGTH], "big")
    name, content = msgpack.decode(plain[_LENGTH:end])
    return (name, content), plain[end:]


def position_in(body: bytes) -> dict[str, Taken]:
    """What a stored state holds, without reading the rest of it; nothing, where it does not say."""
    if body.startswith(b"{"):
        return position_of(json.decode(body, type=_Position).taken)
    (_, taken), _ = _first(memoryview(zlib.decompressobj().decompress(body, _HEAD)))
    return position_of(taken)


def _earlier(state: dict[str, Any], model: Model) -> Kept:
    """An earlier release wrote JSON."""
    kept = Kept(Population.from_state(state, model=model), None)
    if "taken" in state:
        kept.position = position_of(state["taken"])
    for text in state.get("asked", ()):
        asked = from_bytes(b64decode(text))
        if isinstance(asked, Asked):
            kept.asked[asked.event] = asked
    return kept
