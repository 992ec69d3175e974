"""Devices of users."""

from collections.abc import Sequence

from riskengine.entities import Device
from riskengine.storage import records
from riskengine.storage.sql import Columns
from riskengine.storage.statements import devices as sql
from riskengine.storage.tables.table import Table


class Devices(Table):
    """Devices of users, in the order of their keys."""

    __slots__ = ()

    async def find(self, pool: str, sub: str, key: str) -> Device | None:
        """The user's device, if there is one."""
        return await self._find(Device, sql.FIND, {"pool": pool, "sub": sub, "device": key})

    async def list_(self, pool: str, sub: str, *, after: str, limit: int) -> Sequence[Device]:
        """A page of a user's devices whose keys follow `after`."""
        page: Columns = {"pool": pool, "sub": sub, "after": after, "limit": limit}
        return await self._all(Device, sql.LIST, page)

    def add(self, device: Device) -> None:
        """Add; AlreadyExists("device") at commit."""
        self._add(sql.ADD, records.device_row(device), "device")

    def save(self, device: Device) -> None:
        """Save the version that was read."""
        row = {**records.device_row(records.saved(device)), "version": device.version}
        self._swap(sql.SAVE, row, device.pool, device.sub, device.key, device.version)

    def delete(self, device: Device) -> None:
        """Delete, if it is still there."""
        self._do(sql.DELETE, {"pool": device.pool, "sub": device.sub, "device": device.key})
