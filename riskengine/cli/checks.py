"""What `riskengine doctor` looks at: each check answers what it found, for an operator to read."""

import os
import shutil
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Literal

from riskengine.base.clock import DAY, HOUR, MINUTE, SECOND
from riskengine.config import Settings
from riskengine.context.geo import Geo, GeoPaths
from riskengine.credentials.master_key import MasterKeyError
from riskengine.credentials.seal import Sealer, SealError
from riskengine.flows.access_keys import PURPOSE
from riskengine.storage.errors import StorageError
from riskengine.storage.interface import Storage
from riskengine.storage.migrations import MIGRATIONS

State = Literal["ok", "warning", "fault"]

_OLD_DAYS = 90  # of geography
_SCARCE = 1 << 30  # bytes of disk
_FEW_FILES = 4096
_SKEW = 5 * SECOND
_RELEASED = 1_780_000_000 * SECOND  # no clock is right that is behind this


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    about: str
    state: State
    text: str


@dataclass(frozen=True, slots=True)
class Patient:
    """What there is to look at; the store is open, and not migrated."""

    settings: Settings
    storage: Storage
    sealer: Callable[[], Sealer]
    now: int


Check = Callable[[Patient], Awaitable[list[Finding]]]


async def schema(patient: Patient) -> list[Finding]:
    """Whether the database answers, in the schema that this program knows."""
    newest = MIGRATIONS[-1].version
    try:
        version = await patient.storage.schema()
    except StorageError as error:
        return [Finding("database", "fault", f"it can't be used: {error or type(error).__name__}")]
    if version > newest:
        return [Finding("schema", "fault", f"version {version}, known is {newest}: use a newer program")]
    if version < newest:
        text = f"version {version} of {newest}: `riskengine migrate`, or the next start, brings it up to date"
        return [Finding("schema", "warning", text)]
    return [Finding("schema", "ok", f"version {version}")]


async def keys(patient: Patient) -> list[Finding]:
    """Whether the master key is there, and is the one that the database was sealed under."""
    try:
        sealer = patient.sealer()
    except (MasterKeyError, OSError) as error:
        return [Finding("master key", "fault", str(error))]
    stored = await patient.storage.keys.list_access()
    if not stored:
        return [Finding("access keys", "warning", "none yet: the first start, or `keys create`, makes one")]
    if not any(_opens(sealer, key.secret, key.id) for key in stored):
        return [Finding("master key", "fault", "the database was sealed under another one")]
    findings = [Finding("master key", "ok", f"opens the database; {len(stored)} access keys")]
    unlimited = [key.id for key in stored if "*" in key.operations and "*" in key.pools]
    if len(unlimited) > 3:
        text = f"{len(unlimited)} of them may do everything: give each a policy (keys create --allow, --pool)"
        findings.append(Finding("access keys", "warning", text))
    return findings


def _opens(sealer: Sealer, sealed: bytes, name: str) -> bool:
    try:
        sealer.open(PURPOSE, sealed, name.encode())
    except SealError:
        return False
    return True


async def settings_(patient: Patient) -> list[Finding]:
    """Settings that are a risk, or leave something undone."""
    return list(_settings(patient.settings))


def _settings(settings: Settings) -> Iterator[Finding]:
    is_exposed = not _is_loopback(settings.host)
    if settings.insecure_dev:
        yield Finding(
            "insecure_dev", "fault" if is_exposed else "warning", "operators' calls are taken unsigned"
        )
    if not settings.trusted_proxies:
        text = "none: behind a proxy everybody seems to come from it, and no risk is told by address"
        yield Finding("trusted_proxies", "warning" if is_exposed else "ok", text)
    if is_exposed and not settings.issuer:
        yield Finding("issuer", "warning", "not set: tokens name this machine's own address as their issuer")
    elif settings.issuer.startswith("http://") and is_exposed:
        yield Finding("issuer", "warning", "plain http: verifiers may refuse it, and its keys can be forged")
    if settings.secret_key and not settings.secret_key_file:
        yield Finding("secret_key", "ok", "from the settings; take care who can read them")
    if not settings.smtp:
        yield Finding("smtp", "warning", "not set: mail stays in the outbox")
    if not settings.sms_url:
        yield Finding("sms_url", "warning", "not set: SMS stay in the outbox")
    if (settings.triggers or settings.lambda_endpoint or settings.sms_url) and not settings.webhook_secret:
        yield Finding("webhook_secret", "warning", "not set: hooks can't tell our calls from others'")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def geography(patient: Patient) -> list[Finding]:
    """How old the geography is, and what is missing."""
    return list(_geography(patient.settings, patient.now))


def _geography(settings: Settings, now: int) -> Iterator[Finding]:
    chosen = (("country", settings.geo_country), ("asn", settings.geo_asn), ("city", settings.geo_city))
    paths = {role: Path(path) for role, path in chosen if path}
    gone = {role: path for role, path in paths.items() if not path.is_file()}
    for role, path in gone.items():
        yield Finding(f"geo_{role}", "fault", f"there is no file {path}")
    if gone:
        return
    for source in Geo(GeoPaths(**paths)).sources(now):
        age = source.age_days
        is_old = age is None or age > _OLD_DAYS or source.status != "ok"
        text = (
            f"{source.path.name}, {source.status}, {'of unknown age' if age is None else f'{age} days old'}"
        )
        yield Finding(f"geography: {source.role}", "warning" if is_old else "ok", text)
    if "city" not in paths:
        yield Finding("geography: city", "warning", "none: distances are told by country only")


async def clock(patient: Patient) -> list[Finding]:
    """Whether this machine's clock is plausible, and agrees with other hosts'."""
    if patient.now < _RELEASED:
        return [Finding("clock", "fault", "it is behind this release: signatures and tokens will be refused")]
    # A process says when it will have been silent for an hour: it can't have said so in the future.
    ahead = [w.expires - HOUR - patient.now for w in await patient.storage.workers.list_() if not w.is_gone]
    worst = max(ahead, default=0)
    if worst > _SKEW:
        text = f"another host's is {worst / SECOND:.0f} s ahead of this one's: run NTP on both"
        return [Finding("clock", "warning", text)]
    return [Finding("clock", "ok", "plausible")]


async def work(patient: Patient) -> list[Finding]:
    """Whether the background work is done: nothing waits that should have gone."""
    findings = []
    alive = [w for w in await patient.storage.workers.list_() if w.expires - HOUR > patient.now - MINUTE]
    findings.append(Finding("processes", "ok", f"{sum(not w.is_gone for w in alive)} serving"))
    if await patient.storage.outbox.due(patient.now - 10 * MINUTE, limit=1):
        findings.append(Finding("outbox", "warning", "messages have been due for ten minutes"))
    if await patient.storage.log_lines.due(patient.now - HOUR, limit=1):
        findings.append(Finding("exported logs", "warning", "lines have waited for an hour"))
    return findings


async def machine(patient: Patient) -> list[Finding]:
    """Disk and open files."""
    return list(_machine(patient.settings))


def _machine(settings: Settings) -> Iterator[Finding]:
    _, _, path = settings.database.partition("sqlite:///")
    if path and path != ":memory:":
        folder = Path(path).absolute().parent
        free = shutil.disk_usage(folder).free
        state: State = "warning" if free < _SCARCE else "ok"
        yield Finding("disk", state, f"{free / (1 << 30):.1f} GiB free at {folder.name}/")
        if not os.access(folder, os.W_OK):
            yield Finding("disk", "fault", "the database's folder can't be written")
        if not settings.secret_key and not settings.secret_key_file:
            text = "lies beside the database: who copies the folder has both (secret_key_file)"
            yield Finding("master key", "warning", text)
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - not on every platform

        files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        state = "warning" if files < _FEW_FILES else "ok"
        yield Finding("open files", state, f"{files:,} at most, and each connection is one")


async def retention(patient: Patient) -> list[Finding]:
    """Whether events past their retention are really deleted."""
    # On PostgreSQL a month goes when all of it is past.
    grace = 1 if patient.settings.database.startswith("sqlite:") else 32
    before = patient.now - (patient.settings.event_days + grace) * DAY
    for pool in await patient.storage.pools.list_(after="", limit=20):
        async for event in patient.storage.events.since(pool.id, 0):
            if event.time < before:
                text = f"{pool.id} has events past its retention: no process has purged them"
                return [Finding("retention", "warning", text)]
            break
    return [Finding("retention", "ok", f"{patient.settings.event_days} days")]


# In this order; the first has to do with whether the others can look at all.
CHECKS: tuple[Check, ...] = (schema, keys, settings_, geography, clock, work, retention, machine)
