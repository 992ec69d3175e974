"""Versions of what a pool learned: one champion for all processes, a schedule to hold, a way back."""

import itertools
from typing import Any

import pytest

from riskengine.flows.learned_versions import (
    UnknownVersionError,
    hold,
    learn_now,
    roll_back,
    synchronise,
)
from riskengine.risk import (
    Agent,
    Assessment,
    Attempt,
    Network,
    Population,
    Reason,
    Thresholds,
    default_model,
)
from riskengine.storage.interface import Storage

POOL = "us-east-1_learns"
DAY = 86_400.0
OPENING = 20_000 * DAY
_moments = itertools.count(1_000_000)


@pytest.fixture(autouse=True, scope="module")
def _model() -> None:
    default_model()  # read before any loop runs, as wiring does


def _scored(*points: tuple[str, int]) -> Assessment:
    limits, score = Thresholds(0, 20, 70), sum(own for _, own in points)
    return Assessment(
        score, limits.level(score), tuple(Reason.of(code, own, "") for code, own in points), limits
    )


def _attempt(user: int, day: int, second: int) -> Attempt:
    network = Network(ip=f"10.{user}", prefix=f"10.{user}", asn=user, country="NO")
    return Attempt(OPENING + day * DAY + second, f"user{user}", network, Agent(exact="x"))


def _taught(code: str) -> Population:
    """An engine's shared state whose attacks all show one reason."""
    population = Population()
    for day, number in itertools.product(range(20), range(40)):
        population.lessons.accept(_attempt(number, day, number), _scored(("USUAL_NETWORK", -30)))
    for number in range(60):
        attempt = _attempt(number % 30, number % 20, 4000 + number)
        population.learn(attempt, _scored((code, 20)), "admin", valid=False)
    return population


async def _sync(storage: Storage, population: Population) -> None:
    await synchronise(storage, POOL, population, next(_moments))


def _worth(population: Population, code: str) -> Any:
    return population.correction.worths.get(code) if population.correction else None


async def test_what_one_process_promotes_all_score_with(storage: Storage) -> None:
    first, second = _taught("NEW_NETWORK"), Population()
    assert first.relearn().is_promoted
    await _sync(storage, first)
    await _sync(storage, second)

    assert second.correction == first.correction
    assert (first.learned_number, second.learned_number) == (1, 1)
    kept = (await storage.learned.find(POOL)).champion
    assert kept is not None
    assert (kept.source, kept.verdicts) == ("schedule", 60)
    assert kept.figures["challenger_auc"] >= kept.figures["champion_auc"] - 0.005


async def test_of_two_that_promote_at_once_the_first_wins_for_both(storage: Storage) -> None:
    first, second = _taught("NEW_NETWORK"), _taught("HEADER_MISMATCH")
    first.relearn()
    second.relearn()
    for population in (first, second, second, first):
        await _sync(storage, population)

    versions = (await storage.learned.find(POOL)).versions
    assert [version.number for version in versions] == [1]
    assert second.correction == first.correction
    assert _worth(second, "NEW_NETWORK") is not None
    assert _worth(second, "HEADER_MISMATCH") is None


async def test_a_rollback_reaches_the_engines_and_holds_until_it_is_resumed(storage: Storage) -> None:
    population = _taught("NEW_NETWORK")
    population.relearn()
    await _sync(storage, population)
    version = await roll_back(storage, POOL, 0, next(_moments))
    await _sync(storage, population)

    assert (version.number, population.correction, population.is_held) == (2, None, True)
    with pytest.raises(UnknownVersionError):
        await roll_back(storage, POOL, 9, next(_moments))

    again = await roll_back(storage, POOL, 1, next(_moments))
    await _sync(storage, population)
    assert (again.number, population.learned_number) == (3, 3)
    assert _worth(population, "NEW_NETWORK") is not None

    await hold(storage, POOL, is_held=False)
    await _sync(storage, population)
    assert not population.is_held


async def test_while_held_only_a_command_promotes(storage: Storage) -> None:
    await hold(storage, POOL, is_held=True)
    population = _taught("NEW_NETWORK")
    population.relearn()
    await _sync(storage, population)
    assert population.correction is None
    assert (await storage.learned.find(POOL)).versions == ()

    found = await learn_now(storage, POOL, _taught("NEW_NETWORK"), next(_moments))
    await _sync(storage, population)

    assert found.is_promoted
    assert population.learned_number == 1
    champion = (await storage.learned.find(POOL)).champion
    assert champion is not None
    assert champion.source == "command"
