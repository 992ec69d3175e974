"""What a sign-in reads of its user."""

from collections.abc import Sequence

from riskengine.api import wire
from riskengine.entities import Group, Lockout, User
from riskengine.risk import Profile
from riskengine.storage.interface import NO_PROFILE, SignInRecords, StoredProfile
from riskengine.storage.sql import Row, is_storable_text
from riskengine.storage.statements import sign_ins as sql
from riskengine.storage.tables.table import Table


class SignIns(Table):
    """User, failures, profile and groups in one question."""

    __slots__ = ()

    async def find(self, pool: str, name_key: str, *, nobody: str) -> SignInRecords:
        """By user name, sub or alias, in this order."""
        if not is_storable_text(name_key):
            return await self.of_sub(pool, "", nobody=nobody)
        return _records(await self._rows(sql.BY_NAME, {"pool": pool, "name_key": name_key, "nobody": nobody}))

    async def of_sub(self, pool: str, sub: str, *, nobody: str) -> SignInRecords:
        """Of the user of a sub; nobody has the empty one."""
        return _records(await self._rows(sql.BY_SUB, {"pool": pool, "sub": sub, "nobody": nobody}))


def _records(rows: Sequence[Row]) -> SignInRecords:
    user, lockout, profile, groups = None, Lockout(), NO_PROFILE, []
    for kind, body, version in rows:
        match kind:
            case "user":
                user = wire.from_record(User, body)
            case "lockout":
                lockout = wire.from_record(Lockout, body)
            case "profile":
                profile = StoredProfile(wire.from_record(Profile, body), version)
            case _:
                groups.append(wire.from_record(Group, body))
    groups.sort(key=lambda group: (group.precedence is None, group.precedence or 0, group.name))
    return SignInRecords(user, lockout, profile, tuple(groups))
