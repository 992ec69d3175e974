"""Errors become answers here, and only here: what the caller may read, what the log keeps."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec
import structlog
from aiohttp import web

from riskengine import api
from riskengine.server.admission import OverloadedError
from riskengine.storage.errors import Conflict, NotFound, Unavailable, Unstorable
from riskengine.telemetry import count_trouble, frames

log = structlog.get_logger()

_LONGEST_HEADER = 1024
_NOT_HEADER = re.compile(r"[^ -~]")
_INTERNAL = api.errors.InternalErrorException.__name__
_COMMON = frozenset(api.common_errors.__all__)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error as the caller sees it."""

    status: int
    type_name: str
    message: str
    members: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        """The JSON of the error."""
        return msgspec.json.encode({"__type": self.type_name, "message": self.message, **self.members})

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the error; the colon is what SDKs cut the type at."""
        return {
            "x-amzn-ErrorType": f"{self.type_name}:",
            "x-amzn-ErrorMessage": header_safe(self.message),
        }


def not_built(operation: str) -> api.ApiError:
    """The honest answer of an operation without a handler."""
    return api.errors.OperationNotEnabledException(
        f"{operation} has no meaning on one's own machine: riskengine does not offer it"
    )


def refusal_of(error: Exception, operation: api.Operation | None, request_id: str) -> Refusal:
    """What the caller sees of an error; anything unforeseen is logged and hidden."""
    name = operation.name if operation else ""
    match error:
        case api.ApiError():
            _report_unmodelled(error, operation, request_id)
            return _presented(error)
        case web.HTTPRequestEntityTooLarge():
            return _presented(api.common_errors.RequestEntityTooLargeException("The request is too large."))
        case TimeoutError():
            return Refusal(408, "RequestTimeoutException", "The request body did not arrive in time.")
        case web.HTTPException() | web.RequestPayloadError() | ConnectionError():
            return _presented(api.common_errors.SerializationException("The request body could not be read."))
        case Conflict():
            return _conflict(operation)
        case NotFound():
            return _gone(operation)
        case Unstorable():
            return _presented(
                api.errors.InvalidParameterException(
                    f"The request holds a value that can't be stored: {error}"
                )
            )
        case OverloadedError():
            count_trouble("places", "closed")
            return _overloaded(operation)
        case Unavailable():
            count_trouble("store", "closed")
            log.error("store_unavailable", operation=name, request_id=request_id, at=frames(error))
            return _unavailable("The service can't reach its store. Try again.")
        case _:
            kind = type(error).__qualname__
            log.error("fault", operation=name, request_id=request_id, error=kind, at=frames(error))
            return Refusal(500, _INTERNAL, "Something went wrong on our side.")


def _presented(error: api.ApiError) -> Refusal:
    return Refusal(error.status, error.type_name, error.message, error.members)


def _unavailable(message: str) -> Refusal:
    # The type that every operation is modelled with, and a status that every SDK tries again.
    return Refusal(503, _INTERNAL, message)


def _conflict(operation: api.Operation | None) -> Refusal:
    # Flows repeat what they can; the SDKs repeat the last two by themselves.
    modelled = operation.errors if operation else ()
    message = "Somebody else changed the same thing at the same time. Try again."
    for error in (api.errors.ConcurrentModificationException, api.errors.TooManyRequestsException):
        if error.__name__ in modelled:
            return _presented(error(message))
    return _unavailable(message)


def _overloaded(operation: api.Operation | None) -> Refusal:
    modelled = operation.errors if operation else ()
    if api.errors.TooManyRequestsException.__name__ in modelled:
        return _presented(api.errors.TooManyRequestsException("The service is overloaded. Try again later."))
    return _unavailable("The service is overloaded. Try again later.")


def _gone(operation: api.Operation | None) -> Refusal:
    # It was there a moment ago: somebody deleted it between two reads of one call.
    modelled = operation.errors if operation else ()
    if api.errors.UserNotFoundException.__name__ in modelled:
        return _presented(api.errors.UserNotFoundException("User does not exist."))
    return _presented(api.errors.ResourceNotFoundException("It was deleted at the same time."))


def _report_unmodelled(error: api.ApiError, operation: api.Operation | None, request_id: str) -> None:
    # SDKs know every type of the service for every operation, so the truth goes out; we want to know.
    if operation is None or error.type_name in operation.errors or error.type_name in _COMMON:
        return
    log.warning("unmodelled_error", operation=operation.name, error=error.type_name, request_id=request_id)


def header_safe(text: str) -> str:
    """Text as a header may carry it: printable ASCII, not too long."""
    return _NOT_HEADER.sub("?", text[:_LONGEST_HEADER])
