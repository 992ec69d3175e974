"""An import of users from a CSV file."""

from typing import Literal

from msgspec import Struct

from riskengine.entities.user import HashAlgorithm

ImportStatus = Literal[
    "Created", "Pending", "InProgress", "Stopping", "Expired", "Stopped", "Failed", "Succeeded"
]
NEVER = 2**63 - 1
PIECE = 256 * 1024  # bytes of the file in one row of the store


class ImportJob(Struct, frozen=True, kw_only=True):
    """An import job, and how far it has come: both move in one unit with the users it makes.

    `due` is when a process may take it up: a running one moves it on as a lease.
    """

    pool: str
    id: str
    created: int
    name: str
    role_arn: str
    algorithm: HashAlgorithm | None = None
    status: ImportStatus = "Created"
    started: int | None = None
    completed: int | None = None
    imported: int = 0
    skipped: int = 0
    failed: int = 0
    message: str | None = None
    size: int | None = None  # bytes of the uploaded file; None before there is one
    first_piece: int = 0  # number of the file's first row in the store
    position: int = 0  # of the next line, in bytes
    line: int = 0  # lines read so far, the header too
    log_pieces: int = 0
    due: int = NEVER
    version: int = 0

    @property
    def lines_told(self) -> int:
        """Lines that were made users, skipped or refused."""
        return self.imported + self.skipped + self.failed

    @property
    def is_ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status in {"Expired", "Stopped", "Failed", "Succeeded"}
