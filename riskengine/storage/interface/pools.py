"""Pools, their app clients and risk configurations, and the keys of pools and operators."""

from collections.abc import Sequence
from typing import Protocol

from riskengine.entities import AccessKey, Client, Pool, RiskConfiguration, SigningKey


class Pools(Protocol):
    """User pools, in the order of their ids."""

    async def get(self, pool: str) -> Pool:
        """The pool; raises NotFound."""
        ...

    async def find(self, pool: str) -> Pool | None:
        """The pool, if there is one."""
        ...

    async def list_(self, *, after: str, limit: int) -> Sequence[Pool]:
        """A page of pools whose ids follow `after`."""
        ...

    def add(self, pool: Pool) -> None:
        """Add; AlreadyExists("pool") at commit."""
        ...

    def save(self, pool: Pool) -> None:
        """Save the version that was read."""
        ...

    def delete(self, pool: Pool) -> None:
        """Delete the pool and everything in it."""
        ...


class Clients(Protocol):
    """App clients of a pool; a client id is unique over all pools, being random."""

    async def get(self, pool: str, client: str) -> Client:
        """The client; raises NotFound."""
        ...

    async def find(self, pool: str, client: str) -> Client | None:
        """The client, if the pool has one."""
        ...

    async def find_by_id(self, client: str) -> Client | None:
        """The client of whichever pool has it."""
        ...

    async def list_(self, pool: str, *, after: str, limit: int) -> Sequence[Client]:
        """A page of clients whose ids follow `after`."""
        ...

    async def count(self, pool: str) -> int:
        """How many clients the pool has."""
        ...

    def add(self, client: Client) -> None:
        """Add; AlreadyExists("client") at commit."""
        ...

    def save(self, client: Client) -> None:
        """Save the version that was read."""
        ...

    def delete(self, client: Client) -> None:
        """Delete the client with its risk configuration, its looks and its terms."""
        ...


class RiskConfigurations(Protocol):
    """Risk configurations; the empty client is the pool's own."""

    async def find(self, pool: str, client: str) -> RiskConfiguration | None:
        """Exactly this one."""
        ...

    async def effective(self, pool: str, client: str) -> RiskConfiguration | None:
        """The client's own, else the pool's, else None; one query."""
        ...

    def put(self, configuration: RiskConfiguration) -> None:
        """Add or replace."""
        ...

    def delete(self, pool: str, client: str) -> None:
        """Delete, if there is one."""
        ...


class Keys(Protocol):
    """Signing keys of pools, access keys of operators."""

    async def signing(self, pool: str) -> Sequence[SigningKey]:
        """All keys of a pool, newest first."""
        ...

    async def access(self, key: str) -> AccessKey | None:
        """The access key, if there is one."""
        ...

    async def list_access(self) -> Sequence[AccessKey]:
        """All access keys, oldest first."""
        ...

    def add_signing(self, key: SigningKey) -> None:
        """Add; AlreadyExists("signing_key") at commit."""
        ...

    def add_access(self, key: AccessKey) -> None:
        """Add; AlreadyExists("access_key") at commit."""
        ...

    def delete_access(self, key: str) -> None:
        """Delete, if there is one."""
        ...
