"""Units on one SQLite connection: many of them share one commit, each stands or falls alone."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import TypeAlias

from riskengine.storage.errors import AlreadyExists, Conflict, Unavailable
from riskengine.storage.unit import Write

Outcome: TypeAlias = list[int] | Exception
Perform: TypeAlias = Callable[[sqlite3.Connection, Sequence[Write]], Outcome]

_TAKEN = (
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY,
    sqlite3.SQLITE_CONSTRAINT_UNIQUE,
    sqlite3.SQLITE_CONSTRAINT_ROWID,
)


def unavailable(error: sqlite3.Error) -> Unavailable | None:
    """The error as a trouble of the database itself; None when the statement is at fault."""
    code = getattr(error, "sqlite_errorcode", None)
    if code == sqlite3.SQLITE_ERROR and str(error).startswith("no such table"):
        return Unavailable("the schema is missing: migrate first")
    if code is None or code & 0xFF in (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT):
        return None
    return Unavailable(error.sqlite_errorname)


def _perform(connection: sqlite3.Connection, writes: Sequence[Write]) -> list[int]:
    counts = []
    for write in writes:
        statement = write.statement.sqlite
        try:
            count = connection.execute(statement.text, statement.arguments(write.parameters)).rowcount
        except sqlite3.IntegrityError as error:
            if error.sqlite_errorcode not in _TAKEN:
                raise
            raise AlreadyExists(write.what) from None
        if write.rows is not None and count != write.rows:
            raise Conflict
        counts.append(count)
    return counts


def _perform_apart(connection: sqlite3.Connection, writes: Sequence[Write]) -> Outcome:
    """One unit of a group, undone without the others when it fails.

    Raises:
        sqlite3.Error: when the database itself is in trouble, and with it the whole group.
    """
    connection.execute("savepoint unit")
    outcome: Outcome  # whatever one unit does wrong, the others stand
    try:
        outcome = _perform(connection, writes)
    except Exception as error:
        if _is_trouble(error):
            raise
        outcome = error
    if isinstance(outcome, Exception):
        connection.execute("rollback to unit")
    connection.execute("release unit")
    return outcome


def _is_trouble(error: Exception) -> bool:
    return isinstance(error, sqlite3.Error) and unavailable(error) is not None


def _committed(
    connection: sqlite3.Connection, units: Sequence[Sequence[Write]], perform: Perform
) -> list[Outcome]:
    """What performing each unit answers, in one durable transaction; nothing is written where it raises."""
    connection.execute("begin immediate")
    try:
        outcomes = [perform(connection, writes) for writes in units]
        connection.execute("commit")
    except BaseException:
        if connection.in_transaction:
            connection.execute("rollback")
        raise
    return outcomes


def commit_group(connection: sqlite3.Connection, units: Sequence[Sequence[Write]]) -> list[Outcome]:
    """Perform the units in one durable transaction; one outcome for each.

    Raises:
        sqlite3.Error: when the database itself is in trouble: nothing of the group was written.
    """
    # Units seldom fail: only then is a savepoint for each worth its time.
    try:
        return _committed(connection, units, _perform)
    except Exception as error:
        if _is_trouble(error):
            raise
    return _committed(connection, units, _perform_apart)
