"""Finds what a request names, or answers in the API's words that it does not exist."""

from typing import Protocol

from riskengine import api
from riskengine.entities import Client, Group, Pool, User
from riskengine.storage.interface import Reader


class PoolFinder(Protocol):
    """The store's pools, or those believed for a moment."""

    async def find(self, pool: str) -> Pool | None:
        """The pool, if there is one."""
        ...


class ClientFinder(Protocol):
    """The store's clients, or those believed for a moment."""

    async def find(self, pool: str, client: str) -> Client | None:
        """The client, if the pool has one."""
        ...

    async def find_by_id(self, client: str) -> Client | None:
        """The client of whichever pool has it."""
        ...


class Configuration(Protocol):
    """Where pools and clients are found."""

    @property
    def pools(self) -> PoolFinder:
        """User pools."""
        ...

    @property
    def clients(self) -> ClientFinder:
        """App clients."""
        ...


async def pool(reader: Configuration, pool_id: str) -> Pool:
    """A user pool, else ResourceNotFoundException."""
    found = await reader.pools.find(pool_id)
    if found is None:
        raise api.errors.ResourceNotFoundException(f"User pool {pool_id} does not exist.")
    return found


async def client(reader: Configuration, pool_id: str, client_id: str) -> Client:
    """An app client of a pool, else ResourceNotFoundException."""
    found = await reader.clients.find(pool_id, client_id)
    if found is None:
        raise no_client(client_id)
    return found


async def client_by_id(reader: Configuration, client_id: str) -> Client:
    """An app client of whichever pool, else ResourceNotFoundException."""
    found = await reader.clients.find_by_id(client_id)
    if found is None:
        raise no_client(client_id)
    return found


def no_client(client_id: str) -> api.errors.ResourceNotFoundException:
    """The answer to a client id that nobody has."""
    return api.errors.ResourceNotFoundException(f"User pool client {client_id} does not exist.")


async def user(reader: Reader, of: Pool, name: str) -> User:
    """A user by user name, sub or alias, else UserNotFoundException."""
    found = await reader.users.find(of.id, of.username_key(name))
    if found is None:
        raise api.errors.UserNotFoundException("User does not exist.")
    return found


async def group(reader: Reader, pool_id: str, name: str) -> Group:
    """A group, else ResourceNotFoundException."""
    found = await reader.groups.find(pool_id, name)
    if found is None:
        raise api.errors.ResourceNotFoundException("Group not found.")
    return found
