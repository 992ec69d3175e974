"""An app client of a user pool."""

from msgspec import Struct

from riskengine import api


class Client(Struct, frozen=True, kw_only=True):
    """An app client. `description` is what DescribeUserPoolClient answers, less the secret."""

    pool: str
    id: str
    created: int
    modified: int
    description: api.UserPoolClientType
    secret: bytes | None = None  # sealed
    version: int = 0

    @property
    def hides_existence(self) -> bool:
        """Whether unknown users are answered like known ones (PreventUserExistenceErrors)."""
        return self.description.prevent_user_existence_errors == "ENABLED"
