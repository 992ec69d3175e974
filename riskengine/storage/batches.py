"""Writes of one unit that PostgreSQL performs as one statement: one round trip, a transaction by itself.

Each becomes a data-modifying CTE. All of them see the database as it was before, in no order that counts: so
only writes of one row each, in tables of their own and of one pool (one node, where pools are sharded), go
together.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from riskengine.storage.sql import Value
from riskengine.storage.unit import Write

Batch = Sequence[Write]

_KEPT_TEXTS = 256  # as many as a connection keeps prepared
_PLACEHOLDER = re.compile(r"\$(\d+)")
# A swap that touched no row must undo the rest, and SQL has no word for that: such a text is no number.
_LOST = "a row has changed since it was read: nothing is written"


def batches(writes: Sequence[Write]) -> list[Batch]:
    """The writes in their order, as few batches as can be."""
    made: list[list[Write]] = []
    for write in writes:
        if made and _go_together(made[-1], write):
            made[-1].append(write)
        else:
            made.append([write])
    return list(made)


def _go_together(batch: Batch, write: Write) -> bool:
    pool = write.parameters.get("pool")
    return write.is_of_one_row and all(
        each.is_of_one_row
        and each.parameters.get("pool") == pool
        and each.statement.tables.isdisjoint(write.statement.tables)
        for each in batch
    )


def text_of(batch: Batch) -> str:
    """The statement; it answers one row: how many rows each write touched."""
    if len(batch) == 1:
        return batch[0].statement.postgres.text
    return _joined(tuple([(write.statement.postgres.text, write.rows is not None) for write in batch]))


def arguments_of(batch: Batch) -> list[Value]:
    """The statement's arguments, in order."""
    return [value for write in batch for value in write.statement.postgres.arguments(write.parameters)]


@lru_cache(_KEPT_TEXTS)
def _joined(parts: tuple[tuple[str, bool], ...]) -> str:
    steps, counts, taken = [], [], 0
    for place, (text, is_swap) in enumerate(parts):
        numbers = [int(number) for number in _PLACEHOLDER.findall(text)]
        steps.append(f"w{place} as ({_renumbered(text, taken)} returning 1)")
        count = f"(select count(*) from w{place})"  # noqa: S608 - a number from above
        counts.append(
            f"cast(case {count} when 1 then '1' else '{_LOST}' end as integer)" if is_swap else count
        )
        taken += max(numbers)
    return f"with {', '.join(steps)} select {', '.join(counts)}"


def _renumbered(text: str, taken: int) -> str:
    return _PLACEHOLDER.sub(lambda found: f"${int(found[1]) + taken}", text)
