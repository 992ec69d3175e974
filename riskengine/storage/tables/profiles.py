"""What the engine knows of each user."""

from riskengine.api import wire
from riskengine.risk import Profile
from riskengine.storage import records
from riskengine.storage.interface import NO_PROFILE, StoredProfile
from riskengine.storage.sql import Columns
from riskengine.storage.statements import profiles as sql
from riskengine.storage.tables.table import Table


class Profiles(Table):
    """Profiles, by user."""

    __slots__ = ()

    async def find(self, pool: str, sub: str) -> StoredProfile:
        """The profile; an empty one (version 0) when none is stored."""
        rows = await self._rows(sql.FIND, {"pool": pool, "sub": sub})
        if not rows:
            return NO_PROFILE
        return StoredProfile(wire.from_record(Profile, rows[0][0]), rows[0][1])

    def save(self, pool: str, sub: str, stored: StoredProfile) -> None:
        """Save the version that was read; 0 creates."""
        row: Columns = {"pool": pool, "sub": sub, "body": records.body(stored.profile)}
        if stored.version:
            row["version"] = stored.version
        self._swap(sql.SAVE if stored.version else sql.CREATE, row, pool, sub, stored.version)
