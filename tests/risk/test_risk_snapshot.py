"""A population is written down as of one moment, in small pieces, while it goes on."""

import json

from hypothesis import given
from hypothesis import strategies as st

from riskengine.risk import Population, add, standing_still
from riskengine.risk.decay import Crowd, Tally

NOW = 1_780_000_000.0
FLOOD = 9_000
_MOST_AT_ONCE = 2048  # entries: about a millisecond

_KEYS = st.sampled_from("abcdefgh")
_ACTS = st.lists(st.tuples(st.sampled_from(["add", "take", "crowd"]), _KEYS), max_size=40)


def flooded(count: int = FLOOD) -> Population:
    population = Population(capacity=count)
    for number in range(count + 100):
        for table in (population.failures["ip"], population.failures["client"]):
            table.add(f"key{number}", NOW + number)
        for crowd in (population.crowds["ip"], population.crowds["device"]):
            crowd.add(f"key{number}", f"user{number}", NOW + number)
    return population


def again(pieces) -> Population:
    population = Population()
    for piece in pieces:
        add(population, piece)
    return population


def test_what_is_read_is_of_the_moment_and_what_comes_meanwhile_is_neither_lost_nor_doubled():
    population, untouched = flooded(), flooded()
    before = population.to_state()
    with standing_still(population) as pieces:
        found = []
        for number, piece in enumerate(pieces):
            found.append(piece)
            for each in (population, untouched):  # one key anew, one seen before
                each.failures["ip"].add(f"late{number}", NOW + FLOOD)
                each.failures["ip"].add(f"key{FLOOD - number}", NOW + FLOOD)
                each.crowds["ip"].add("key200", f"late{number}", NOW + FLOOD)
                each.failures["client"].take(f"key{FLOOD - number}", 0.5)
        assert population.to_state() == untouched.to_state() != before

    assert again(found).to_state() == before
    # The order too, in which entries are forgotten.
    assert json.dumps(population.to_state()) == json.dumps(untouched.to_state())


def test_no_piece_is_large_and_together_they_are_all():
    population = flooded()
    with standing_still(population) as pieces:
        sizes = [len(content[1]) for name, content in pieces if name == "table"]
    assert sum(sizes) == sum(len(table) for _, table in population.tables()) == 4 * FLOOD
    assert max(sizes) <= _MOST_AT_ONCE


def test_a_snapshot_that_is_given_up_leaves_the_population_usable():
    population = flooded(100)
    with standing_still(population) as pieces:
        next(pieces)
        population.failures["ip"].add("late", NOW)
    with standing_still(population) as pieces:
        assert again(pieces).to_state() == population.to_state()
    assert "late" in population.to_state()["tables"]["failures.ip"]


def done(act: str, key: str, tally: Tally, crowd: Crowd, time: float) -> None:
    match act:
        case "add":
            tally.add(key, time)
        case "take":
            tally.take(key, 0.25)
        case _:
            crowd.add(key, f"user{time}", time)


@given(_ACTS, _ACTS, _ACTS)
def test_a_table_that_stood_still_is_as_if_it_had_not(first, meanwhile, later):
    tables = [(Tally(60, 4), Crowd(60, 4)) for _ in range(2)]
    for phase, acts in enumerate((first, meanwhile, later)):
        if phase == 1:
            for table in tables[0]:
                table.stand_still()
        for number, (act, key) in enumerate(acts):
            for pair in tables:
                done(act, key, *pair, phase * 100.0 + number)
            assert [list(t.to_state().items()) for t in tables[0]] == [
                list(t.to_state().items()) for t in tables[1]
            ]
        for table in tables[0]:
            table.go_on()
