"""Risk configurations."""

from riskengine.entities import RiskConfiguration
from riskengine.storage import records
from riskengine.storage.statements import risk_configurations as sql
from riskengine.storage.tables.table import Table


class RiskConfigurations(Table):
    """Risk configurations; the empty client is the pool's own."""

    __slots__ = ()

    async def find(self, pool: str, client: str) -> RiskConfiguration | None:
        """Exactly this one."""
        return await self._find(RiskConfiguration, sql.FIND, {"pool": pool, "client": client})

    async def effective(self, pool: str, client: str) -> RiskConfiguration | None:
        """The client's own, else the pool's, else None."""
        return await self._find(RiskConfiguration, sql.EFFECTIVE, {"pool": pool, "client": client})

    def put(self, configuration: RiskConfiguration) -> None:
        """Add or replace."""
        self._do(sql.PUT, records.risk_configuration_row(configuration))

    def delete(self, pool: str, client: str) -> None:
        """Delete, if there is one."""
        self._do(sql.DELETE, {"pool": pool, "client": client})
