"""Domains of the hosted pages."""

from riskengine.entities import Domain
from riskengine.storage import hosted_records as records
from riskengine.storage.records import saved
from riskengine.storage.statements import domains as sql
from riskengine.storage.tables.table import Table


class Domains(Table):
    """Domains; a name is one pool's alone."""

    __slots__ = ()

    async def find(self, name: str) -> Domain | None:
        """The domain of whichever pool has it."""
        return await self._find(Domain, sql.FIND, {"domain": name})

    def add(self, domain: Domain) -> None:
        """Add; AlreadyExists("domain") at commit."""
        self._add(sql.ADD, records.domain_row(domain), "domain")

    def save(self, domain: Domain) -> None:
        """Save the version that was read; name and pool stay."""
        row = {**records.domain_row(saved(domain)), "version": domain.version}
        self._swap(sql.SAVE, row, domain.pool, domain.name, domain.version)

    def delete(self, domain: Domain) -> None:
        """Delete, if it is still there."""
        self._do(sql.DELETE, {"pool": domain.pool, "domain": domain.name})
