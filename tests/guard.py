"""No blocking call on an event loop: in a test, in the service's own thread, anywhere in riskengine."""

from collections.abc import Iterator

import pytest
from blockbuster import blockbuster_ctx


@pytest.fixture(scope="session", autouse=True)
def loop_guard() -> Iterator[None]:
    """A call that would block a loop raises instead; short SQLite reads are let through on purpose."""
    with blockbuster_ctx("riskengine") as guard:
        for name, function in guard.functions.items():
            # Reads from SQLite's cache cost less than a hop to a thread; writes have their own thread.
            if name.startswith("sqlite3."):
                function.deactivate()
            # A connection to PostgreSQL looks for a password file, once.
            function.can_block_in("asyncpg/connect_utils.py", {"_parse_connect_dsn_and_args"})
            # Opening the house reads files before the first call is taken.
            function.can_block_in("riskengine/wiring.py", {"open_house"})
        yield
