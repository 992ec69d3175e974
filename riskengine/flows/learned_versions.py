"""What pools learned from verdicts, version by version: promoted on schedule or by command, rolled back."""

from typing import Literal

from msgspec.structs import replace

from riskengine.entities import Learned, LearnedVersion
from riskengine.entities.learned import KEPT
from riskengine.risk import Correction, Population, Relearned
from riskengine.storage.errors import Conflict
from riskengine.storage.interface import Storage


class UnknownVersionError(LookupError):
    """There is no such version, or it is no longer kept."""


async def synchronise(storage: Storage, pool: str, population: Population, now: int) -> None:
    """Write down what an engine promoted, or make it score with what somebody else did meanwhile.

    The first to write a number wins: engines of several processes end with the same version.
    """
    stored = await storage.learned.find(pool)
    champion, latest = stored.champion, population.latest
    number = champion.number if champion else 0
    if latest is not None and population.learned_number > number and not stored.is_held:
        try:
            await _add(storage, stored, _version(latest, number + 1, now, "schedule"))
        except Conflict:
            return  # somebody was first; the next turn adopts theirs
        population.learned_number, population.latest = number + 1, None
        return
    population.is_held = stored.is_held
    if number != population.learned_number or latest is not None:
        population.adopt(_correction(champion), number)


async def learn_now(storage: Storage, pool: str, population: Population, now: int) -> Relearned:
    """Try a challenger at once, on command; promoted only where the guard lets it."""
    stored = await storage.learned.find(pool)
    population.adopt(_correction(stored.champion), stored.champion.number if stored.champion else 0)
    found = population.relearn()
    if found.is_promoted:
        await _add(storage, stored, _version(found, population.learned_number, now, "command"))
    return found


async def roll_back(storage: Storage, pool: str, number: int, now: int) -> LearnedVersion:
    """Score with an older version again (0: the shipped numbers alone), and hold the schedule.

    Raises:
        UnknownVersionError: no such version is kept.
    """
    stored = await storage.learned.find(pool)
    older = stored.find(number) if number else LearnedVersion(number=0, created=now, source="rollback")
    if older is None:
        raise UnknownVersionError(number)
    latest = stored.champion.number if stored.champion else 0
    version = replace(older, number=latest + 1, created=now, source="rollback")
    await _add(storage, replace(stored, is_held=True), version)
    return version


async def hold(storage: Storage, pool: str, *, is_held: bool) -> None:
    """Stop the schedule from promoting, or let it go on."""
    stored = await storage.learned.find(pool)
    async with storage.transaction() as tx:
        tx.learned.save(replace(stored, is_held=is_held))


async def _add(storage: Storage, stored: Learned, version: LearnedVersion) -> None:
    async with storage.transaction() as tx:
        tx.learned.save(replace(stored, versions=(*stored.versions, version)[-KEPT:]))


def _version(
    found: Relearned, number: int, now: int, source: Literal["schedule", "command"]
) -> LearnedVersion:
    correction = found.correction
    return LearnedVersion(
        number=number,
        created=now,
        source=source,
        verdicts=correction.verdicts if correction else 0,
        figures=found.figures,
        correction=correction.to_state() if correction else None,
    )


def _correction(version: LearnedVersion | None) -> Correction | None:
    if version is None or version.correction is None:
        return None
    return Correction.from_state(version.correction)
