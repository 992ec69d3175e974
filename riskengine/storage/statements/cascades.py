"""What goes with a pool, what goes with a user, and what goes with time."""

from riskengine.storage.sql import Statement

# Everything of a pool; a test holds this against the schema.
POOL_TABLES = (
    "clients",
    "risk_configurations",
    "users",
    "aliases",
    "members",
    "groups",
    "lockouts",
    "events",
    "profiles",
    "populations",
    "sessions",
    "spent",
    "signing_keys",
    "pools",
)

# Everything of a user that is found by the sub.
USER_TABLES = ("aliases", "members", "events", "profiles", "sessions", "users")

DELETE_POOL = tuple(Statement(f"delete from {table} where pool = :pool") for table in POOL_TABLES)  # noqa: S608 - names from above

DELETE_USER = (
    Statement("delete from lockouts where pool = :pool and subject = :sub"),
    Statement(
        "delete from lockouts where pool = :pool and subject in"
        " (select username from users where pool = :pool and sub = :sub)"
    ),
    *(Statement(f"delete from {table} where pool = :pool and sub = :sub") for table in USER_TABLES),  # noqa: S608 - as above
)


def _expired(table: str, key: str) -> Statement:
    return Statement(
        f"delete from {table} where ({key}) in"  # noqa: S608 - names from below
        f" (select {key} from {table} where expires <= :now order by expires limit :limit)"
    )


# Oldest first, by primary key, so that one call is short however much is due.
PURGE = (
    _expired("spent", "pool, id"),
    _expired("lockouts", "pool, subject, kind"),
    _expired("sessions", "pool, id"),
)
