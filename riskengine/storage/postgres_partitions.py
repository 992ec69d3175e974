"""The partitions of `events` on PostgreSQL: a month each, made ahead, dropped when wholly past."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog

from riskengine.base.clock import SECOND

log = structlog.get_logger()

_AHEAD = 3  # months after this one
# Sign-ins queue behind whoever waits for a table: we give up first, and come again in a minute.
_PATIENCE = "set local lock_timeout = '500ms'"
# To make a month the net is read through while nobody may write to it: some 0.2 s.
_LARGEST_NET = 64 << 20
_ENDLESS = 1 << 63

_PARTITIONS = (
    "select c.oid::regclass::text, pg_get_expr(c.relpartbound, c.oid) from pg_inherits i"
    " join pg_class c on c.oid = i.inhrelid where i.inhparent = 'events'::regclass order by c.relname"
)
_RANGE = re.compile(r"FROM \('?(.+?)'?\) TO \('?(.+?)'?\)")
_ENDS = {"MINVALUE": -_ENDLESS, "MAXVALUE": _ENDLESS}


@dataclass(frozen=True, slots=True)
class Partition:
    """One of them: from `start` up to, not including, `end`; the default one, the net, has neither."""

    name: str
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Month:
    """A stretch of time that has no partition yet: a month, or what is left of one."""

    name: str
    start: int
    end: int


def parsed(name: str, bound: str) -> Partition:
    """A partition from its bound, as the catalogue writes it."""
    found = _RANGE.search(bound)
    if found is None:
        return Partition(name)
    start, end = (_ENDS[text] if text in _ENDS else int(text) for text in found.groups())
    return Partition(name, start, end)


def missing(partitions: Sequence[Partition], now: int) -> Iterator[Month]:
    """This month and the coming ones, as far as no partition holds them."""
    ranges = [(p.start, p.end) for p in partitions if p.start is not None and p.end is not None]
    today = datetime.fromtimestamp(now // SECOND, UTC)
    first = today.year * 12 + today.month - 1
    for number in range(first, first + _AHEAD + 1):
        start, end = _begin(number), _begin(number + 1)
        start = max([start, *(upper for lower, upper in ranges if lower <= start < upper)])
        if start < end and not any(start < upper and lower < end for lower, upper in ranges):
            yield Month(f"events_{number // 12}_{number % 12 + 1:02}", start, end)


def _begin(month: int) -> int:
    """When a month begins, counted from January of the year 0."""
    return int(datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC).timestamp()) * SECOND


async def partitions_of(connection: Any) -> list[Partition]:
    """Every partition of the events."""
    return [parsed(*row) for row in await connection.fetch(_PARTITIONS)]


async def without_bounds(connection: Any) -> list[str]:
    """Those that rows leave one by one: the net, and what was there before there were months."""
    return [p.name for p in await partitions_of(connection) if p.start in (None, -_ENDLESS)]


async def roll(connection: Any, now: int, before: int) -> int:
    """Make what is missing, drop what lies wholly before `before`; answers how many were dropped."""
    partitions = await partitions_of(connection)
    if any(missing(partitions, now)):
        await _make_missing(connection, now)
    past = [p.name for p in partitions if p.end is not None and p.end <= before]
    for name in past:
        # Each by itself: one that is being read keeps no other. Files are removed after the locks.
        async with connection.transaction():
            await connection.execute(_PATIENCE)
            await connection.execute(f"drop table if exists {name}")
    return len(past)


async def _make_missing(connection: Any, now: int) -> None:
    """One process makes them; others find them made. Reads of the other months go on."""
    async with connection.transaction():
        await connection.execute(_PATIENCE)
        # No writer may have chosen the net for what belongs into the month by the time it gets there.
        await connection.execute("lock table only events in share row exclusive mode")
        partitions = await partitions_of(connection)
        net = next((p.name for p in partitions if p.start is None), None)
        size = "select pg_relation_size($1::text::regclass)"
        if net is not None and await connection.fetchval(size, net) > _LARGEST_NET:
            # Nothing is lost: events of these months stay in the net, and go from it row by row.
            log.warning("month_not_made", why=f"{net} is large: see docs/scaling.md")
            return
        for month in missing(partitions, now):
            await _make(connection, month, net)


async def _make(connection: Any, month: Month, net: str | None) -> None:
    bounds = f"time >= {month.start} and time < {month.end} and is_whole in (0, 1)"
    await connection.execute(f"create table {month.name} (like events including defaults)")
    if net is not None:
        # A process of a release before, or a wrong clock, was there before the partition.
        await connection.execute(
            f"with early as (delete from {net} where {bounds} returning *)"  # noqa: S608 - numbers and our names
            f" insert into {month.name} select * from early"
        )
    await connection.execute(
        f"alter table events attach partition {month.name} for values from ({month.start}) to ({month.end})"
    )
