"""What federation and the hosted pages need: resource servers, identity providers, domains, looks, terms."""

from collections.abc import Sequence
from typing import Protocol

from riskengine.entities import Branding, Domain, IdentityProvider, ResourceServer, Terms, UiCustomization


class ResourceServers(Protocol):
    """Resource servers of a pool, in the order of their identifiers."""

    async def find(self, pool: str, identifier: str) -> ResourceServer | None:
        """The resource server, if the pool has it."""
        ...

    async def list_(self, pool: str, *, after: str, limit: int) -> Sequence[ResourceServer]:
        """A page of resource servers whose identifiers follow `after`."""
        ...

    async def count(self, pool: str) -> int:
        """How many the pool has."""
        ...

    def add(self, server: ResourceServer) -> None:
        """Add; AlreadyExists("resource_server") at commit."""
        ...

    def save(self, server: ResourceServer) -> None:
        """Save the version that was read; pool and identifier stay."""
        ...

    def delete(self, server: ResourceServer) -> None:
        """Delete, if it is still there."""
        ...


class IdentityProviders(Protocol):
    """Identity providers of a pool, in the order of their names."""

    async def find(self, pool: str, name: str) -> IdentityProvider | None:
        """The provider of a name, if the pool has it."""
        ...

    async def find_by_identifier(self, pool: str, identifier: str) -> IdentityProvider | None:
        """The provider that an identifier stands for, if there is one."""
        ...

    async def list_(self, pool: str, *, after: str, limit: int) -> Sequence[IdentityProvider]:
        """A page of providers whose names follow `after`."""
        ...

    async def count(self, pool: str) -> int:
        """How many the pool has."""
        ...

    def add(self, provider: IdentityProvider) -> None:
        """Add; AlreadyExists("provider") or AlreadyExists("identifier") at commit."""
        ...

    def save(self, provider: IdentityProvider) -> None:
        """Save the version that was read; pool and name stay. AlreadyExists("identifier") at commit."""
        ...

    def delete(self, provider: IdentityProvider) -> None:
        """Delete with its identifiers, if it is still there."""
        ...


class Domains(Protocol):
    """Domains; a name is one pool's alone."""

    async def find(self, name: str) -> Domain | None:
        """The domain of whichever pool has it."""
        ...

    def add(self, domain: Domain) -> None:
        """Add; AlreadyExists("domain") at commit."""
        ...

    def save(self, domain: Domain) -> None:
        """Save the version that was read; name and pool stay."""
        ...

    def delete(self, domain: Domain) -> None:
        """Delete, if it is still there."""
        ...


class UiCustomizations(Protocol):
    """What the classic pages wear; the empty client is the pool's own."""

    async def find(self, pool: str, client: str) -> UiCustomization | None:
        """Exactly this one."""
        ...

    async def effective(self, pool: str, client: str) -> UiCustomization | None:
        """The client's own, else the pool's, else None; one query."""
        ...

    def save(self, customization: UiCustomization) -> None:
        """Holds only for the version read (0 creates)."""
        ...

    def delete(self, customization: UiCustomization) -> None:
        """Holds only for the version read."""
        ...


class Brandings(Protocol):
    """Managed login styles; a client has one at most."""

    async def find(self, pool: str, id_: str) -> Branding | None:
        """The style, if the pool has it."""
        ...

    async def find_by_client(self, pool: str, client: str) -> Branding | None:
        """The client's style, if it has one."""
        ...

    def add(self, branding: Branding) -> None:
        """Add; AlreadyExists("branding") at commit."""
        ...

    def save(self, branding: Branding) -> None:
        """Save the version that was read; pool, id and client stay."""
        ...

    def delete(self, branding: Branding) -> None:
        """Delete, if it is still there."""
        ...


class TermsDocuments(Protocol):
    """Terms documents of a pool's clients, in the order of their ids."""

    async def find(self, pool: str, id_: str) -> Terms | None:
        """The document, if the pool has it."""
        ...

    async def find_by_client(self, pool: str, client: str, name: str) -> Terms | None:
        """The client's document of a name, if it has one."""
        ...

    async def list_(self, pool: str, *, after: str, limit: int) -> Sequence[Terms]:
        """A page of documents whose ids follow `after`."""
        ...

    def add(self, terms: Terms) -> None:
        """Add; AlreadyExists("terms") at commit."""
        ...

    def save(self, terms: Terms) -> None:
        """Save the version that was read; pool, id and client stay. AlreadyExists("terms") at commit."""
        ...

    def delete(self, terms: Terms) -> None:
        """Delete, if it is still there."""
        ...
