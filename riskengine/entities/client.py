"""An app client of a user pool."""

from msgspec import Struct

from riskengine import api


class ClientSecret(Struct, frozen=True, kw_only=True):
    """One of a client's secrets; `id` is "<client id>--<epoch seconds>", as Cognito forms it."""

    id: str
    value: bytes  # sealed
    created: int


class Client(Struct, frozen=True, kw_only=True):
    """An app client. `description` is what DescribeUserPoolClient answers, less the secret."""

    pool: str
    id: str
    created: int
    modified: int
    description: api.UserPoolClientType
    secrets: tuple[ClientSecret, ...] = ()  # oldest first; with none, the client is public
    sso_minutes: int = 60
    version: int = 0

    @property
    def hides_existence(self) -> bool:
        """Whether unknown users are answered like known ones (PreventUserExistenceErrors)."""
        return self.description.prevent_user_existence_errors == "ENABLED"
