"""Binds a handler to its operation by the request type that it is annotated with."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar, get_type_hints

from msgspec import Struct

from riskengine import api
from riskengine.operations.call import Call

Handler = Callable[[Call, Any], Awaitable[Struct]]
H = TypeVar("H", bound=Handler)

_BY_REQUEST = {operation.request: operation for operation in api.OPERATIONS.values()}


class Operations:
    """The handlers of one area; used as a decorator."""

    def __init__(self) -> None:
        self._handlers: dict[str, Handler] = {}

    def __call__(self, handler: H) -> H:
        """Register a handler; its annotations name the operation.

        Raises:
            TypeError: on a request or response type that the model does not pair.
        """
        hints = get_type_hints(handler)
        operation = _BY_REQUEST.get(hints.get("request", Struct))
        if operation is None:
            raise TypeError(f"{handler.__name__}: no operation takes {hints.get('request')!r}")
        if hints.get("return") is not operation.response:
            raise TypeError(f"{handler.__name__}: {operation.name} answers {operation.response.__name__}")
        if operation.name in self._handlers:
            raise TypeError(f"{operation.name} has a handler already")
        self._handlers[operation.name] = handler
        return handler

    def __iter__(self) -> Iterator[tuple[str, Handler]]:
        return iter(self._handlers.items())
