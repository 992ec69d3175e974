"""Events by age, whole ones apart from those whose context is forgotten."""

from riskengine.storage.migrations.migration import Migration

_AGES = (
    "alter table events add column is_whole BIGINT not null default 1",
    "create index events_by_age on events (is_whole, time)",
)

MIGRATION = Migration(version=7, statements=_AGES)
