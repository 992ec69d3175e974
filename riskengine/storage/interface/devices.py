"""What users sign in with besides their passwords: devices and passkeys."""

from collections.abc import Sequence
from typing import Protocol

from riskengine.entities import Device, Passkey


class Devices(Protocol):
    """Devices of users, in the order of their keys."""

    async def find(self, pool: str, sub: str, key: str) -> Device | None:
        """The user's device, if there is one."""
        ...

    async def list_(self, pool: str, sub: str, *, after: str, limit: int) -> Sequence[Device]:
        """A page of a user's devices whose keys follow `after`."""
        ...

    def add(self, device: Device) -> None:
        """Add; AlreadyExists("device") at commit."""
        ...

    def save(self, device: Device) -> None:
        """Save the version that was read; pool, sub and key stay."""
        ...

    def delete(self, device: Device) -> None:
        """Delete, if it is still there."""
        ...


class Passkeys(Protocol):
    """Passkeys of users, in the order of their ids."""

    async def find(self, pool: str, sub: str, passkey: str) -> Passkey | None:
        """The user's passkey, if there is one."""
        ...

    async def list_(self, pool: str, sub: str, *, after: str, limit: int) -> Sequence[Passkey]:
        """A page of a user's passkeys whose ids follow `after`."""
        ...

    def add(self, passkey: Passkey) -> None:
        """Add; AlreadyExists("passkey") at commit."""
        ...

    def save(self, passkey: Passkey) -> None:
        """Save the version that was read; pool, sub and id stay."""
        ...

    def delete(self, passkey: Passkey) -> None:
        """Delete, if it is still there."""
        ...
