"""Structs to bytes and back: JSON for callers, msgpack for storage; the one place that reveals secrets."""

from functools import cache
from typing import Any, TypeVar

import msgspec

from riskengine.base.secret import Secret

T = TypeVar("T")


def seal(kind: type[Any], value: Any) -> Any:
    """Make a Secret of a decoded string (msgspec's dec_hook).

    Raises:
        TypeError: when the value is no string; msgspec adds the member's path.
    """
    if kind is Secret and isinstance(value, str):
        return Secret(value)
    raise TypeError("Expected `str`")


def _reveal(value: Any) -> str:
    if isinstance(value, Secret):
        return value.reveal()
    raise TypeError(f"{type(value).__name__} has no place in a record")


_JSON = msgspec.json.Encoder(enc_hook=_reveal)
_MSGPACK = msgspec.msgpack.Encoder(enc_hook=_reveal)


@cache
def decoder(kind: type[Any]) -> msgspec.json.Decoder[Any]:
    """The JSON decoder of a type, made once."""
    return msgspec.json.Decoder(kind, dec_hook=seal)


@cache
def _record_decoder(kind: Any) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(kind, dec_hook=seal)


def encode(answer: object) -> bytes:
    """JSON of a response for its caller; absent members left out, secrets in the clear."""
    return _JSON.encode(answer)


def to_record(thing: object) -> bytes:
    """Msgpack for storage, secrets in the clear: seal it before it leaves the database's trust."""
    return _MSGPACK.encode(thing)


def from_record(kind: type[T], record: bytes) -> T:
    """The value that `to_record` kept.

    Raises:
        msgspec.DecodeError: when the bytes are no record of this type.
    """
    decoder_key: Any = kind  # a type variable is no Hashable to mypy
    found: T = _record_decoder(decoder_key).decode(record)
    return found
