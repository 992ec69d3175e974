"""What PostgreSQL's sessions wait for while something runs: pg_stat_activity, sampled."""

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

_PAUSE = 0.1  # seconds between two samples
RUNNING, HELD_OPEN = "running", "idle in a transaction"
_ACTIVITY = """
    select case
        when state like 'idle in transaction%' then $1
        when wait_event is null then $2
        else wait_event_type || ': ' || wait_event
    end as what, count(*) as sessions
    from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'
        and backend_type = 'client backend'
    group by 1
"""


class Waits:
    """Sessions that were not idle, by what they did at the moments of sampling."""

    def __init__(self) -> None:
        self.sessions: Counter[str] = Counter()
        self.samples = 0

    def averages(self) -> dict[str, float]:
        """Sessions at a moment, by what they waited for."""
        return {what: count / max(1, self.samples) for what, count in self.sessions.items()}

    async def take(self, url: str, stop: threading.Event) -> None:
        """Sample until told to stop."""
        connection = await asyncpg.connect(url)
        try:
            while not stop.is_set():
                for what, sessions in await connection.fetch(_ACTIVITY, HELD_OPEN, RUNNING):
                    self.sessions[what] += sessions
                self.samples += 1
                await asyncio.sleep(_PAUSE)
        finally:
            await connection.close()


@contextmanager
def sampled(url: str) -> Iterator[Waits]:
    """Samples for the length of the block, from a thread."""
    waits, stop = Waits(), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(waits.take(url, stop)))
    thread.start()
    try:
        yield waits
    finally:
        stop.set()
        thread.join()
