"""Observations are taken in exactly once, in whatever order they are committed and read."""

from hypothesis import given
from hypothesis import strategies as st

from riskengine.flows.journal import Taken


class Writer:
    """Numbers units, some of which fail; they end in any order."""

    def __init__(self):
        self.last = 0
        self.in_flight = {}
        self.rows = []

    def begin(self):
        self.last += 1
        self.in_flight[self.last] = min(self.in_flight, default=self.last) - 1

    def end(self, place, *, is_kept):
        if self.in_flight:
            number = sorted(self.in_flight)[place % len(self.in_flight)]
            decided = self.in_flight.pop(number)
            if is_kept:
                self.rows.append((number, decided))


class Reader:
    def __init__(self):
        self.taken = Taken()
        self.seen = []

    def read(self, writer):
        for number, decided in sorted(row for row in writer.rows if row[0] > self.taken.low):
            if number not in self.taken:
                self.taken.add(number)
                self.seen.append(number)
            self.taken.decide(decided)


@given(st.lists(st.tuples(st.sampled_from(["begin", "kept", "dropped", "read"]), st.integers(0, 9))))
def test_every_kept_number_is_taken_once_whatever_the_order(acts):
    """A writer with several units in flight; a reader that looks now and then."""
    writer, reader = Writer(), Reader()
    for act, place in acts:
        if act == "begin":
            writer.begin()
        elif act == "read":
            reader.read(writer)
        else:
            writer.end(place, is_kept=act == "kept")
    reader.read(writer)

    assert sorted(reader.seen) == sorted(number for number, _ in writer.rows)


@given(st.sets(st.integers(1, 30)), st.sets(st.integers(1, 30)))
def test_covering_is_having_all_of_it(mine, others):
    one, other = Taken(), Taken()
    for number in mine:
        one.add(number)
    for number in others:
        other.add(number)

    assert one.covers(other) == (others <= mine)
