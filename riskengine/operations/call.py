"""One API call: who asks, when, from where, and what the house offers to answer it."""

from dataclasses import dataclass

from riskengine import api
from riskengine.config import Settings
from riskengine.entities import Session, User
from riskengine.flows.services import Services
from riskengine.storage.interface import Storage


@dataclass(frozen=True, slots=True)
class Caller:
    """The signed-in user behind an access token that was verified."""

    user: User
    session: Session
    client: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `now` is the same for everything it does (microseconds)."""

    operation: str
    now: int
    request_id: str
    peer: str | None  # canonical client address, proxies resolved
    headers: tuple[tuple[str, str], ...]  # in wire order
    services: Services
    caller: Caller | None = None  # of access-token operations only
    operator: str = ""  # the access key of a signed operation

    @property
    def storage(self) -> Storage:
        """The database."""
        return self.services.storage

    @property
    def settings(self) -> Settings:
        """The service's settings."""
        return self.services.settings

    @property
    def signed_in(self) -> Caller:
        """The caller of an access-token operation.

        Raises:
            NotAuthorizedException: when the call carried no access token.
        """
        if self.caller is None:
            raise api.errors.NotAuthorizedException("Invalid Access Token")
        return self.caller
