"""The configuration as sign-ins read it, pools, clients and what belongs to them: believed for a second.

What this process changes holds at once, what others change within that second; what is not there is asked
for each time. Whoever changes something reads the store itself.
"""

from dataclasses import dataclass

from riskengine.base.clock import Clock
from riskengine.entities import Client, Pool, RiskConfiguration
from riskengine.flows.fresh import Fresh
from riskengine.storage.interface import Storage


@dataclass(frozen=True, slots=True)
class _Maybe:
    """A risk configuration, or that there is none: the default is believed like any other."""

    configuration: RiskConfiguration | None


class BelievedPools:
    """User pools by id."""

    def __init__(self, storage: Storage, machine: Clock) -> None:
        self._found = Fresh(storage.pools.find, machine, changes=lambda: storage.configuration_changes)

    async def find(self, pool: str) -> Pool | None:
        """The pool, if there is one."""
        return await self._found.get(pool)


class BelievedClients:
    """App clients by id, and by pool and id."""

    def __init__(self, storage: Storage, machine: Clock) -> None:
        self._found = Fresh(
            storage.clients.find_by_id, machine, changes=lambda: storage.configuration_changes
        )

    async def find_by_id(self, client: str) -> Client | None:
        """The client of whichever pool has it."""
        return await self._found.get(client)

    async def find(self, pool: str, client: str) -> Client | None:
        """The client, if the pool has one."""
        found = await self._found.get(client)
        return found if found is not None and found.pool == pool else None

    def pool_of(self, client: str) -> str | None:
        """The pool of a client that signed somebody in lately; nothing is asked."""
        known = self._found.known(client)
        return known.pool if known else None


class BelievedRiskConfigurations:
    """Risk configurations in effect."""

    def __init__(self, storage: Storage, machine: Clock) -> None:
        async def read(key: tuple[str, str]) -> _Maybe:
            return _Maybe(await storage.risk_configurations.effective(*key))

        self._found = Fresh(read, machine, changes=lambda: storage.configuration_changes)

    async def effective(self, pool: str, client: str) -> RiskConfiguration | None:
        """The client's own, else the pool's, else None."""
        found = await self._found.get((pool, client))
        return found.configuration if found else None


class BelievedPasswordLists:
    """Which pools have a list of breached passwords of their own."""

    def __init__(self, storage: Storage, machine: Clock) -> None:
        self._found = Fresh(
            storage.breached_passwords.any, machine, changes=lambda: storage.configuration_changes
        )

    async def any(self, pool: str) -> bool:
        """Whether the pool has one."""
        return bool(await self._found.get(pool))


class Believed:
    """The configuration as it was less than a second ago."""

    def __init__(self, storage: Storage, machine: Clock) -> None:
        self.pools = BelievedPools(storage, machine)
        self.clients = BelievedClients(storage, machine)
        self.risk_configurations = BelievedRiskConfigurations(storage, machine)
        self.password_lists = BelievedPasswordLists(storage, machine)
