"""What goes with a pool, with a client, with a user, and with time."""

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
    "learned",
    "sessions",
    "spent",
    "codes",
    "rates",
    "outbox",
    "devices",
    "passkeys",
    "resource_servers",
    "identity_providers",
    "provider_identifiers",
    "domains",
    "ui_customizations",
    "brandings",
    "terms",
    "linked_identities",
    "import_jobs",
    "import_pieces",
    "log_lines",
    "breached_passwords",
    "observations",
    "signing_keys",
    "pools",
)

# Everything of an app client, itself first: who saves it at the same time to add to it is waited for.
CLIENT_TABLES = ("clients", "risk_configurations", "ui_customizations", "brandings", "terms")

# Everything of a user that is found by the sub.
USER_TABLES = (
    "aliases",
    "members",
    "events",
    "profiles",
    "sessions",
    "outbox",
    "devices",
    "passkeys",
    "linked_identities",
    "users",
)

# What is kept for a subject: a sub, or the compared form of a name.
SUBJECT_TABLES = ("lockouts", "codes", "rates")

DELETE_POOL = tuple(Statement(f"delete from {table} where pool = :pool") for table in POOL_TABLES)  # noqa: S608 - names from above

DELETE_CLIENT = tuple(
    Statement(f"delete from {table} where pool = :pool and client = :client")  # noqa: S608 - as above
    for table in CLIENT_TABLES
)

DELETE_USER = (
    *(Statement(f"delete from {table} where pool = :pool and subject = :sub") for table in SUBJECT_TABLES),  # noqa: S608 - as above
    *(
        Statement(
            f"delete from {table} where pool = :pool and subject in"  # noqa: S608 - as above
            " (select username from users where pool = :pool and sub = :sub)"
        )
        for table in SUBJECT_TABLES
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
    _expired("codes", "pool, subject, purpose"),
    _expired("rates", "pool, subject, kind"),
    _expired("outbox", "pool, id"),
    _expired("log_lines", "pool, id"),
    _expired("workers", "process"),
)
