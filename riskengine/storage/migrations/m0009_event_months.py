"""On PostgreSQL, `events` by months: the table so far becomes its first partition, no row of it is copied."""

from riskengine.storage.migrations.migration import Migration

# Whoever waits for the lock makes every sign-in behind it wait too: not long, and then again.
_PATIENCE = "set local lock_timeout = '2s'"

# Reads and writes that were waiting go on in the new table: it has the old one's name and columns.
_TURN_INTO_PARTITION = """
do $$
declare
    -- What the first partition is known to lie before: an operator of a big table had that checked ahead.
    checked constant bigint := (
        select substring(pg_get_constraintdef(oid) from '\\d{10,}') from pg_constraint
        where conrelid = 'events'::regclass and conname = 'events_before' and contype = 'c' and convalidated);
    boundary constant bigint := coalesce(checked, extract(epoch from
        date_trunc('month', now() at time zone 'utc') + interval '1 month')::bigint * 1000000);
    month timestamp := to_timestamp(boundary / 1000000) at time zone 'utc';
    following timestamp;
begin
    if (select relkind from pg_class where oid = 'events'::regclass) = 'p' then
        return;  -- by hand, as the docs of a release before had it
    end if;
    lock table events in access exclusive mode;
    alter table events rename to events_before;
    alter table events_before rename constraint events_pkey to events_before_pkey;
    alter index events_by_id rename to events_before_by_id;
    alter index events_by_time rename to events_before_by_time;
    alter index events_by_age rename to events_before_by_age;

    create table events (like events_before including defaults, primary key (pool, sub, time, id))
        partition by range (time);
    create index events_by_id on events (pool, sub, id);
    create index events_by_time on events (pool, time, id);
    create index events_by_age on events (is_whole, time);
    -- The net: whatever no month is there for, of whatever clock.
    create table events_rest partition of events default;

    create temporary table newer on commit drop as
        select * from events_before where is_whole in (0, 1) and time >= boundary;
    delete from events_before where is_whole in (0, 1) and time >= boundary;
    if checked is null then
        execute format('alter table events_before add constraint events_before check (time < %s)', boundary);
    end if;
    execute format(
        'alter table events attach partition events_before for values from (minvalue) to (%s)', boundary);
    alter table events_before drop constraint events_before;

    -- Enough until a process of this release goes on with it.
    for number in 1..3 loop
        following := date_trunc('month', month) + interval '1 month';
        execute format('create table %I partition of events for values from (%s) to (%s)',
            to_char(month, '"events_"YYYY_MM'),
            extract(epoch from month)::bigint * 1000000, extract(epoch from following)::bigint * 1000000);
        month := following;
    end loop;
    insert into events select * from newer;
end
$$
"""

MIGRATION = Migration(version=9, statements=(), postgres=(_PATIENCE, _TURN_INTO_PARTITION))
