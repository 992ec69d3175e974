"""Pagination tokens: opaque, sealed, good for one hour and for the list they came from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

from riskengine import api
from riskengine.base.clock import HOUR
from riskengine.credentials.seal import SealError
from riskengine.operations.call import Call

_PURPOSE = "page"
_LONGEST_PAGE = 60
T = TypeVar("T")


class _Token(msgspec.Struct, frozen=True, array_like=True):
    position: str
    expires: int


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items, and the token that goes on behind them."""

    items: Sequence[T]
    next_token: str | None


@dataclass(frozen=True, slots=True)
class Cut:
    """Which part of a list is asked for. `scope` names the list: pool and filter, for instance."""

    call: Call
    scope: tuple[str, ...]
    after: str
    size: int

    @property
    def fetch(self) -> int:
        """How many items to read: one more than shown tells whether there is a next page."""
        return self.size + 1

    def page(self, items: Sequence[T], position: Callable[[T], str]) -> Page[T]:
        """The page out of what was read; `position` says where an item stands in the list."""
        if len(items) <= self.size:
            return Page(items, None)
        shown = items[: self.size]
        return Page(shown, self._token(position(shown[-1])))

    def _token(self, position: str) -> str:
        token = _Token(position, self.call.now + HOUR)
        sealed = msgspec.msgpack.encode(token)
        return self.call.services.sealer.seal_text(_PURPOSE, sealed, _context(self.call, self.scope))


def cut(call: Call, token: str | None, limit: int | None, *scope: str) -> Cut:
    """The part of a list that a request asks for; no limit, or 0, is 60.

    Raises:
        InvalidParameterException: the token is not of this list, or its hour is over.
    """
    return Cut(call, scope, _position(call, token, scope), limit or _LONGEST_PAGE)


def require_none(token: str | None) -> None:
    """Refuse a token for a list whose first page is always the last.

    Raises:
        InvalidParameterException: there is one.
    """
    if token is not None:
        raise api.errors.InvalidParameterException("Invalid pagination token")


def _position(call: Call, token: str | None, scope: tuple[str, ...]) -> str:
    if token is None:
        return ""
    try:
        data = call.services.sealer.open_text(_PURPOSE, token, _context(call, scope))
    except SealError:
        raise api.errors.InvalidParameterException("Invalid pagination token") from None
    opened = msgspec.msgpack.decode(data, type=_Token)
    if call.now >= opened.expires:
        raise api.errors.InvalidParameterException("Pagination token has expired")
    return opened.position


def _context(call: Call, scope: tuple[str, ...]) -> bytes:
    return msgspec.msgpack.encode((call.operation, *scope))
