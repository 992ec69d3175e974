"""The store: one interface, SQL written once, two databases."""

from riskengine.storage.errors import (
    AlreadyExists,
    Conflict,
    NotFound,
    StorageError,
    Unavailable,
    Unstorable,
)
from riskengine.storage.open import open_storage

__all__ = [
    "AlreadyExists",
    "Conflict",
    "NotFound",
    "StorageError",
    "Unavailable",
    "Unstorable",
    "open_storage",
]
