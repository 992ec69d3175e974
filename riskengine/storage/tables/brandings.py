"""How the hosted pages look."""

from riskengine.entities import Branding, UiCustomization
from riskengine.storage import hosted_records as records
from riskengine.storage.records import saved
from riskengine.storage.statements import brandings as sql
from riskengine.storage.statements import ui_customizations as ui_sql
from riskengine.storage.tables.table import Table


class UiCustomizations(Table):
    """What the classic pages wear; the empty client is the pool's own."""

    __slots__ = ()

    async def find(self, pool: str, client: str) -> UiCustomization | None:
        """Exactly this one."""
        return await self._find(UiCustomization, ui_sql.FIND, {"pool": pool, "client": client})

    async def effective(self, pool: str, client: str) -> UiCustomization | None:
        """The client's own, else the pool's, else None."""
        return await self._find(UiCustomization, ui_sql.EFFECTIVE, {"pool": pool, "client": client})

    def save(self, customization: UiCustomization) -> None:
        """Holds only for the version read (0 creates)."""
        row = records.ui_customization_row(saved(customization))
        key = (customization.pool, customization.client, customization.version)
        if customization.version == 0:
            self._swap(ui_sql.CREATE, row, *key)
        else:
            self._swap(ui_sql.SAVE, {**row, "version": customization.version}, *key)

    def delete(self, customization: UiCustomization) -> None:
        """Holds only for the version read."""
        key = (customization.pool, customization.client, customization.version)
        self._swap(ui_sql.DELETE, dict(zip(("pool", "client", "version"), key, strict=True)), *key)


class Brandings(Table):
    """Managed login styles; a client has one at most."""

    __slots__ = ()

    async def find(self, pool: str, id_: str) -> Branding | None:
        """The style, if the pool has it."""
        return await self._find(Branding, sql.FIND, {"pool": pool, "id": id_})

    async def find_by_client(self, pool: str, client: str) -> Branding | None:
        """The client's style, if it has one."""
        return await self._find(Branding, sql.FIND_BY_CLIENT, {"pool": pool, "client": client})

    def add(self, branding: Branding) -> None:
        """Add; AlreadyExists("branding") at commit."""
        self._add(sql.ADD, records.branding_row(branding), "branding")

    def save(self, branding: Branding) -> None:
        """Save the version that was read; pool, id and client stay."""
        row = {**records.branding_row(saved(branding)), "version": branding.version}
        self._swap(sql.SAVE, row, branding.pool, branding.id, branding.version)

    def delete(self, branding: Branding) -> None:
        """Delete, if it is still there."""
        self._do(sql.DELETE, {"pool": branding.pool, "id": branding.id})
