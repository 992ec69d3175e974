"""The words the generated tables are written in: operations, shapes and their limits."""

from typing import Literal

from msgspec import Struct

Authorization = Literal["signed", "access_token", "access_token_or_session", "open"]


class Wire(Struct, frozen=True, omit_defaults=True, rename="pascal", gc=False):
    """Ancestor of every generated struct: frozen, absent members are left out."""


class Operation(Struct, frozen=True, kw_only=True):
    """One API call: its structs, who may make it, and the errors it is modelled with."""

    name: str
    request: type[Wire]
    response: type[Wire]
    authorization: Authorization
    errors: tuple[str, ...]


class Text(Struct, frozen=True):
    """A string; `pattern` is what messages print, `form` the wider one that is tried in its place."""

    shortest: int | None = None
    longest: int | None = None
    pattern: str | None = None
    form: str | None = None
    enum: str | None = None
    sensitive: bool = False
    is_secret: bool = False


class Whole(Struct, frozen=True):
    """A whole number of 32 or 64 bits."""

    least: int | None = None
    most: int | None = None
    bits: int = 32


class Flag(Struct, frozen=True):
    """True or false."""


class Instant(Struct, frozen=True):
    """A moment in epoch seconds."""


class Blob(Struct, frozen=True):
    """Bytes, base64 on the wire; limits count bytes."""

    shortest: int | None = None
    longest: int | None = None


class Free(Struct, frozen=True):
    """Any JSON value."""


class ListOf(Struct, frozen=True):
    """A list of one shape."""

    item: str
    shortest: int | None = None
    longest: int | None = None


class MapOf(Struct, frozen=True):
    """A map from text to one shape; a value that is null counts as absent."""

    key: str
    value: str
    shortest: int | None = None
    longest: int | None = None
    sensitive: bool = False
    is_secret: bool = False


class Member(Struct, frozen=True):
    """One member of a struct: its name on the wire, in Python, its shape."""

    wire: str
    name: str
    shape: str
    is_required: bool = False


class Record(Struct, frozen=True):
    """A struct's members in the order of the model."""

    members: tuple[Member, ...]
    sensitive: bool = False


Shape = Text | Whole | Flag | Instant | Blob | Free | ListOf | MapOf | Record
