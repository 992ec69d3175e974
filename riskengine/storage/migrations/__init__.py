"""The schema's history: numbered, forward only, never edited once released.

Every table is keyed by its pool first (then by user, where there is one), so that a distributed
PostgreSQL can shard it; `access_keys` and `workers`, a handful of rows each, are the exceptions, and the
names in `domains` are unique over all pools. `events` holds its time in the primary key: on PostgreSQL it
is range-partitioned by time.
"""

from riskengine.storage.errors import StorageError
from riskengine.storage.migrations import (
    m0001_first,
    m0002_messages,
    m0003_hosted,
    m0004_imports,
    m0005_learned,
    m0006_breached_passwords,
    m0007_event_ages,
    m0008_observations,
    m0009_event_months,
    m0010_observation_pages,
)
from riskengine.storage.migrations.migration import Migration

MIGRATIONS: tuple[Migration, ...] = (
    m0001_first.MIGRATION,
    m0002_messages.MIGRATION,
    m0003_hosted.MIGRATION,
    m0004_imports.MIGRATION,
    m0005_learned.MIGRATION,
    m0006_breached_passwords.MIGRATION,
    m0007_event_ages.MIGRATION,
    m0008_observations.MIGRATION,
    m0009_event_months.MIGRATION,
    m0010_observation_pages.MIGRATION,
)

VERSIONS_TABLE = "create table if not exists schema_versions (version BIGINT primary key)"


def missing(applied: int) -> tuple[Migration, ...]:
    """What a schema at this version lacks, in order.

    Raises:
        StorageError: when the schema is newer than this program.
    """
    if applied > MIGRATIONS[-1].version:
        raise StorageError(f"schema {applied}, known is {MIGRATIONS[-1].version}: use a newer program")
    return tuple(migration for migration in MIGRATIONS if migration.version > applied)


__all__ = ["MIGRATIONS", "VERSIONS_TABLE", "Migration", "missing"]
