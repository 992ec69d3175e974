"""What a store can answer besides rows."""


class StorageError(Exception):
    """Base of this floor's errors."""


class NotFound(StorageError):  # noqa: N818 - read as a statement in `except NotFound`
    """No such row."""


class AlreadyExists(StorageError):  # noqa: N818 - as above
    """A row with this key is there; `what` names the kind of key."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class Conflict(StorageError):  # noqa: N818 - as above
    """Somebody else changed the row since it was read; nothing was written."""


class Unavailable(StorageError):  # noqa: N818 - as above
    """The database can't be reached or can't write now; a unit may or may not have been kept."""


class Unstorable(StorageError):  # noqa: N818 - as above
    """A key no database here can hold: NUL, lone surrogate, 512 characters or 64 bits exceeded."""
