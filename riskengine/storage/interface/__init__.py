"""What the house needs of a store. Reads answer at once; writes are collected and happen together.

    async with storage.transaction() as tx:
        user = await tx.users.get(pool, sub)
        tx.users.save(replace(user, is_enabled=False))

Leaving the block commits every collected write as one durable unit, or none of them; an
exception inside drops them. `save` holds only for the version that was read, and leaves the row
one version on: otherwise the commit raises `Conflict`. One version of a row can be saved once in
a unit. `add` on a taken key makes the commit raise `AlreadyExists`. `delete` of what is gone does
nothing (a code's conflicts: it counts once). A key that no database can hold is never found, and
writing it raises `Unstorable`.
"""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from riskengine.storage.interface.breached_passwords import BreachedPasswords, PasswordList
from riskengine.storage.interface.devices import Devices, Passkeys
from riskengine.storage.interface.hosted import (
    Brandings,
    Domains,
    IdentityProviders,
    ResourceServers,
    TermsDocuments,
    UiCustomizations,
)
from riskengine.storage.interface.imports import ImportJobs, PieceKind
from riskengine.storage.interface.learned import (
    NO_PROFILE,
    LearnedVersions,
    Populations,
    Profiles,
    StoredProfile,
)
from riskengine.storage.interface.messages import Codes, LogLines, Outbox, Rates
from riskengine.storage.interface.pools import Clients, Keys, Pools, RiskConfigurations
from riskengine.storage.interface.shared import Observations, Workers
from riskengine.storage.interface.sign_ins import (
    Events,
    GuessKind,
    Lockouts,
    Sessions,
    SignInRecords,
    SignIns,
    Spent,
)
from riskengine.storage.interface.users import SEARCHABLE, Groups, UserFilter, Users
from riskengine.storage.unit import Ending, OnEnd


class Reader(Protocol):
    """Every kind of row, for reading; also on a transaction."""

    @property
    def pools(self) -> Pools:
        """User pools."""
        ...

    @property
    def clients(self) -> Clients:
        """App clients."""
        ...

    @property
    def users(self) -> Users:
        """Users."""
        ...

    @property
    def sign_ins(self) -> SignIns:
        """What sign-ins read of their users."""
        ...

    @property
    def lockouts(self) -> Lockouts:
        """Failures in a row."""
        ...

    @property
    def groups(self) -> Groups:
        """Groups and their members."""
        ...

    @property
    def risk_configurations(self) -> RiskConfigurations:
        """Risk configurations."""
        ...

    @property
    def events(self) -> Events:
        """Authentication events."""
        ...

    @property
    def profiles(self) -> Profiles:
        """What the engine knows of each user."""
        ...

    @property
    def learned(self) -> LearnedVersions:
        """What pools learned from verdicts."""
        ...

    @property
    def populations(self) -> Populations:
        """Each pool's shared risk state."""
        ...

    @property
    def observations(self) -> Observations:
        """What serving processes tell each other of a pool."""
        ...

    @property
    def workers(self) -> Workers:
        """Serving processes."""
        ...

    @property
    def sessions(self) -> Sessions:
        """Token families."""
        ...

    @property
    def spent(self) -> Spent:
        """Ids that may be used once."""
        ...

    @property
    def codes(self) -> Codes:
        """Codes that were sent."""
        ...

    @property
    def rates(self) -> Rates:
        """What may be done so often an hour."""
        ...

    @property
    def outbox(self) -> Outbox:
        """Messages on their way."""
        ...

    @property
    def devices(self) -> Devices:
        """Devices of users."""
        ...

    @property
    def passkeys(self) -> Passkeys:
        """Passkeys of users."""
        ...

    @property
    def resource_servers(self) -> ResourceServers:
        """Resource servers."""
        ...

    @property
    def identity_providers(self) -> IdentityProviders:
        """Identity providers."""
        ...

    @property
    def domains(self) -> Domains:
        """Domains of hosted pages."""
        ...

    @property
    def ui_customizations(self) -> UiCustomizations:
        """What classic pages wear."""
        ...

    @property
    def brandings(self) -> Brandings:
        """Managed login styles."""
        ...

    @property
    def terms(self) -> TermsDocuments:
        """Terms documents."""
        ...

    @property
    def import_jobs(self) -> ImportJobs:
        """Imports of users."""
        ...

    @property
    def log_lines(self) -> LogLines:
        """Log lines on their way out."""
        ...

    @property
    def breached_passwords(self) -> BreachedPasswords:
        """Pools' own lists of breached passwords."""
        ...

    @property
    def keys(self) -> Keys:
        """Signing keys and access keys."""
        ...


class Transaction(Reader, Protocol):
    """A unit of work: reads answer now, writes happen together at the end of the block."""

    def on_end(self, told: OnEnd) -> None:
        """Have somebody told right after the end: kept, dropped, or (a lost connection) unknown."""
        ...


class Storage(Reader, Protocol):
    """A database. Writes outside a transaction are a programming error and raise."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a unit of work; a cancelled waiter does not stop a commit that has begun."""
        ...

    @property
    def configuration_changes(self) -> int:
        """How often this process has changed pools, clients or risk configurations."""
        ...

    async def migrate(self) -> None:
        """Bring the schema up to date; safe from several processes at once."""
        ...

    async def schema(self) -> int:
        """The version of the schema; raises `Unavailable` where there is none."""
        ...

    async def ping(self) -> None:
        """Raises `Unavailable` when the database does not answer."""
        ...

    async def purge(self, now: int, *, limit: int = 1000) -> int:
        """Delete up to `limit` rows of each kind that expire; answers how many went.

        Spent ids, sessions, codes, rates and messages go at their end, locks a day after they last
        mattered.
        """
        ...

    async def purge_events(self, before: int, *, limit: int = 1000) -> int:
        """Delete up to `limit` of the oldest events from before `before`; answers how many went.

        Where months are partitions, `roll_events` drops these instead.
        """
        ...

    async def roll_events(self, now: int, *, before: int) -> int:
        """Make the coming months' partitions, drop those wholly before `before`; answers how many went.

        Raises:
            Conflict: when one was in use for too long; the next turn tries again.
        """
        ...

    async def close(self) -> None:
        """Finish what was accepted, then close."""
        ...


__all__ = [
    "NO_PROFILE",
    "SEARCHABLE",
    "Brandings",
    "BreachedPasswords",
    "Clients",
    "Codes",
    "Devices",
    "Domains",
    "Ending",
    "Events",
    "Groups",
    "GuessKind",
    "IdentityProviders",
    "ImportJobs",
    "Keys",
    "LearnedVersions",
    "Lockouts",
    "LogLines",
    "Observations",
    "OnEnd",
    "Outbox",
    "Passkeys",
    "PasswordList",
    "PieceKind",
    "Pools",
    "Populations",
    "Profiles",
    "Rates",
    "Reader",
    "ResourceServers",
    "RiskConfigurations",
    "Sessions",
    "SignInRecords",
    "SignIns",
    "Spent",
    "Storage",
    "StoredProfile",
    "TermsDocuments",
    "Transaction",
    "UiCustomizations",
    "UserFilter",
    "Users",
    "Workers",
]
