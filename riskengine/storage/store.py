"""The store over one database: every table for reading, transactions for writing."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from riskengine.storage.database import Database
from riskengine.storage.errors import AlreadyExists, Conflict
from riskengine.storage.sql import Statement
from riskengine.storage.statements import events
from riskengine.storage.statements.cascades import PURGE
from riskengine.storage.tables.brandings import Brandings, UiCustomizations
from riskengine.storage.tables.breached_passwords import BreachedPasswords
from riskengine.storage.tables.clients import Clients
from riskengine.storage.tables.codes import Codes
from riskengine.storage.tables.devices import Devices
from riskengine.storage.tables.domains import Domains
from riskengine.storage.tables.events import Events
from riskengine.storage.tables.groups import Groups
from riskengine.storage.tables.identity_providers import IdentityProviders
from riskengine.storage.tables.import_jobs import ImportJobs
from riskengine.storage.tables.keys import Keys
from riskengine.storage.tables.learned import LearnedVersions
from riskengine.storage.tables.lockouts import Lockouts
from riskengine.storage.tables.log_lines import LogLines
from riskengine.storage.tables.observations import Observations, Workers
from riskengine.storage.tables.outbox import Outbox
from riskengine.storage.tables.passkeys import Passkeys
from riskengine.storage.tables.pools import Pools
from riskengine.storage.tables.populations import Populations
from riskengine.storage.tables.profiles import Profiles
from riskengine.storage.tables.rates import Rates
from riskengine.storage.tables.resource_servers import ResourceServers
from riskengine.storage.tables.risk_configurations import RiskConfigurations
from riskengine.storage.tables.sessions import Sessions
from riskengine.storage.tables.sign_ins import SignIns
from riskengine.storage.tables.spent import Spent
from riskengine.storage.tables.terms import TermsDocuments
from riskengine.storage.tables.users import Users
from riskengine.storage.unit import NoUnit, OnEnd, Unit, Write, Writes

_PING = Statement("select max(version) from schema_versions")
# What sign-ins believe for a moment; whoever keeps copies asks how often these have changed.
CONFIGURATION = frozenset({"pools", "clients", "risk_configurations", "breached_passwords"})


class Tables:
    """Every kind of row, over one database and one place for writes."""

    __slots__ = ("_database", "_writes")

    def __init__(self, database: Database, writes: Writes) -> None:
        self._database = database
        self._writes = writes

    def on_end(self, told: OnEnd) -> None:
        """Have somebody told how this unit ended: kept, dropped, or unknown."""
        self._writes.on_end(told)

    @property
    def pools(self) -> Pools:
        """User pools."""
        return Pools(self._database, self._writes)

    @property
    def clients(self) -> Clients:
        """App clients."""
        return Clients(self._database, self._writes)

    @property
    def users(self) -> Users:
        """Users."""
        return Users(self._database, self._writes)

    @property
    def sign_ins(self) -> SignIns:
        """What sign-ins read of their users."""
        return SignIns(self._database, self._writes)

    @property
    def lockouts(self) -> Lockouts:
        """Failures in a row."""
        return Lockouts(self._database, self._writes)

    @property
    def groups(self) -> Groups:
        """Groups and their members."""
        return Groups(self._database, self._writes)

    @property
    def risk_configurations(self) -> RiskConfigurations:
        """Risk configurations."""
        return RiskConfigurations(self._database, self._writes)

    @property
    def events(self) -> Events:
        """Authentication events."""
        return Events(self._database, self._writes)

    @property
    def profiles(self) -> Profiles:
        """What the engine knows of each user."""
        return Profiles(self._database, self._writes)

    @property
    def populations(self) -> Populations:
        """Each pool's shared risk state."""
        return Populations(self._database, self._writes)

    @property
    def learned(self) -> LearnedVersions:
        """What pools learned from verdicts."""
        return LearnedVersions(self._database, self._writes)

    @property
    def observations(self) -> Observations:
        """What serving processes tell each other of a pool."""
        return Observations(self._database, self._writes)

    @property
    def workers(self) -> Workers:
        """Serving processes."""
        return Workers(self._database, self._writes)

    @property
    def sessions(self) -> Sessions:
        """Token families."""
        return Sessions(self._database, self._writes)

    @property
    def spent(self) -> Spent:
        """Ids that may be used once."""
        return Spent(self._database, self._writes)

    @property
    def codes(self) -> Codes:
        """Codes that were sent."""
        return Codes(self._database, self._writes)

    @property
    def rates(self) -> Rates:
        """What may be done so often an hour."""
        return Rates(self._database, self._writes)

    @property
    def outbox(self) -> Outbox:
        """Messages on their way."""
        return Outbox(self._database, self._writes)

    @property
    def devices(self) -> Devices:
        """Devices of users."""
        return Devices(self._database, self._writes)

    @property
    def passkeys(self) -> Passkeys:
        """Passkeys of users."""
        return Passkeys(self._database, self._writes)

    @property
    def resource_servers(self) -> ResourceServers:
        """Resource servers."""
        return ResourceServers(self._database, self._writes)

    @property
    def identity_providers(self) -> IdentityProviders:
        """Identity providers."""
        return IdentityProviders(self._database, self._writes)

    @property
    def domains(self) -> Domains:
        """Domains of hosted pages."""
        return Domains(self._database, self._writes)

    @property
    def ui_customizations(self) -> UiCustomizations:
        """What classic pages wear."""
        return UiCustomizations(self._database, self._writes)

    @property
    def brandings(self) -> Brandings:
        """Managed login styles."""
        return Brandings(self._database, self._writes)

    @property
    def terms(self) -> TermsDocuments:
        """Terms documents."""
        return TermsDocuments(self._database, self._writes)

    @property
    def import_jobs(self) -> ImportJobs:
        """Imports of users."""
        return ImportJobs(self._database, self._writes)

    @property
    def log_lines(self) -> LogLines:
        """Log lines on their way out."""
        return LogLines(self._database, self._writes)

    @property
    def breached_passwords(self) -> BreachedPasswords:
        """Pools' own lists of breached passwords."""
        return BreachedPasswords(self._database, self._writes)

    @property
    def keys(self) -> Keys:
        """Signing keys and access keys."""
        return Keys(self._database, self._writes)


class Store(Tables):
    """A `Storage` over one database."""

    __slots__ = ("_configurations",)

    def __init__(self, database: Database) -> None:
        super().__init__(database, NoUnit())
        self._configurations = 0

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Tables, None]:
        """A unit of work: committed when the block ends, dropped when it raises."""
        unit = Unit()
        try:
            yield Tables(self._database, unit)
        except BaseException:
            unit.end("dropped")
            raise
        unit.is_ended = True
        try:
            if unit.writes:
                await self._database.commit(unit.writes)
        except (Conflict, AlreadyExists):
            unit.end("dropped")
            raise
        except BaseException:
            # A cancelled waiter, a lost connection: the database may have kept it all the same.
            self._note(unit)
            unit.end("unknown")
            raise
        self._note(unit)
        unit.end("kept")

    def _note(self, unit: Unit) -> None:
        if any(write.statement.table in CONFIGURATION for write in unit.writes):
            self._configurations += 1

    @property
    def configuration_changes(self) -> int:
        """How often this process has changed pools, clients or risk configurations."""
        return self._configurations

    async def migrate(self) -> None:
        """Bring the schema up to date."""
        await self._database.migrate()

    async def schema(self) -> int:
        """The version of the schema; raises `Unavailable` where there is none."""
        rows = await self._database.rows(_PING, {})
        return int(rows[0][0] or 0)

    async def ping(self) -> None:
        """Raises `Unavailable` when the database does not answer."""
        await self._database.rows(_PING, {})

    async def purge(self, now: int, *, limit: int = 1000) -> int:
        """Delete up to `limit` rows of each kind that expire; answers how many went."""
        due = {"now": now, "limit": limit}
        return sum(await self._database.commit([Write(statement, due) for statement in PURGE]))

    async def purge_events(self, before: int, *, limit: int = 1000) -> int:
        """Delete up to `limit` of the oldest events that go row by row; answers how many went."""
        gone = 0
        for table in await self._database.event_tables():
            for statement in events.delete_before(table):
                due = {"before": before, "limit": limit - gone}
                gone += sum(await self._database.commit([Write(statement, due)]))
        return gone

    async def roll_events(self, now: int, *, before: int) -> int:
        """Make the coming months' partitions, drop those that are past; answers how many were dropped."""
        return await self._database.roll_events(now, before=before)

    async def close(self) -> None:
        """Finish what was accepted, then close."""
        await self._database.close()
