"""The Cognito user-pools API as data: structs, operations, errors; generated from the service model."""

from riskengine.api import common_errors, errors, types, wire
from riskengine.api.api_error import ApiError
from riskengine.api.model import Authorization, Operation, Wire
from riskengine.api.operations import OPERATIONS
from riskengine.api.types import *  # noqa: F403 - 380 generated structs, listed in types.__all__

__all__ = [
    "OPERATIONS",
    "ApiError",
    "Authorization",
    "Operation",
    "Wire",
    "common_errors",
    "errors",
    "types",
    "wire",
]
__all__ += types.__all__
