"""Errors that any AWS JSON service answers and the service model leaves out.

Names and statuses follow what JSON 1.1 services send: 400 unless the size or the server is at fault.
"""

# ruff: noqa: N818 - class names are names on the wire

from typing import ClassVar

from riskengine.api.api_error import ApiError
from riskengine.api.errors import AccessDeniedException

__all__ = [
    "AccessDeniedException",
    "ExpiredTokenException",
    "IncompleteSignatureException",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "RequestEntityTooLargeException",
    "SerializationException",
    "ServiceUnavailableException",
    "ThrottlingException",
    "UnknownOperationException",
    "UnrecognizedClientException",
]


class ExpiredTokenException(ApiError):
    """The temporary credentials of a signature are over."""


class IncompleteSignatureException(ApiError):
    """The signature's header lacks a part."""


class InvalidSignatureException(ApiError):
    """The signature does not match, or its date is too far off."""


class MissingAuthenticationTokenException(ApiError):
    """A signed operation came without a signature."""


class RequestEntityTooLargeException(ApiError):
    """The body is longer than the server reads."""

    status: ClassVar[int] = 413


class SerializationException(ApiError):
    """The body is no JSON object, or a member has the wrong JSON type."""


class ServiceUnavailableException(ApiError):
    """The server cannot answer now; trying again helps."""

    status: ClassVar[int] = 503


class ThrottlingException(ApiError):
    """Too many calls."""


class UnknownOperationException(ApiError):
    """The target names no operation."""


class UnrecognizedClientException(ApiError):
    """The access key is not known here."""
