"""Terms documents of app clients."""

from collections.abc import Sequence

from riskengine.entities import Terms
from riskengine.storage import hosted_records as records
from riskengine.storage.records import saved
from riskengine.storage.sql import Columns
from riskengine.storage.statements import terms as sql
from riskengine.storage.tables.table import Table


class TermsDocuments(Table):
    """Terms documents of a pool's clients, in the order of their ids."""

    __slots__ = ()

    async def find(self, pool: str, id_: str) -> Terms | None:
        """The document, if the pool has it."""
        return await self._find(Terms, sql.FIND, {"pool": pool, "id": id_})

    async def find_by_client(self, pool: str, client: str, name: str) -> Terms | None:
        """The client's document of a name, if it has one."""
        return await self._find(Terms, sql.FIND_BY_CLIENT, {"pool": pool, "client": client, "name": name})

    async def list_(self, pool: str, *, after: str, limit: int) -> Sequence[Terms]:
        """A page of documents whose ids follow `after`."""
        page: Columns = {"pool": pool, "after": after, "limit": limit}
        return await self._all(Terms, sql.LIST, page)

    def add(self, terms: Terms) -> None:
        """Add; AlreadyExists("terms") at commit."""
        self._add(sql.ADD, records.terms_row(terms), "terms")

    def save(self, terms: Terms) -> None:
        """Save the version that was read; pool, id and client stay. AlreadyExists("terms") at commit."""
        row = {**records.terms_row(saved(terms)), "version": terms.version}
        self._swap(sql.SAVE, row, terms.pool, terms.id, terms.version, what="terms")

    def delete(self, terms: Terms) -> None:
        """Delete, if it is still there."""
        self._do(sql.DELETE, {"pool": terms.pool, "id": terms.id})
