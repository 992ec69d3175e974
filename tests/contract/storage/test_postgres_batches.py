"""Which writes of a unit become one statement on PostgreSQL."""

from hypothesis import given
from hypothesis import strategies as st

from riskengine.storage.batches import arguments_of, batches, text_of
from riskengine.storage.sql import Statement
from riskengine.storage.unit import Write

ADDS = {name: Statement(f"insert into {name} (id, other) values (:id, :other)") for name in "abcd"}
SAVES = {name: Statement(f"update {name} set other = :other where id = :id") for name in "abcd"}
CLEARS = {name: Statement(f"delete from {name} where id = :id") for name in "abcd"}


def add(table, number=0):
    return Write(ADDS[table], {"id": number, "other": table}, what=table)


def save(table, number=0):
    return Write(SAVES[table], {"id": number, "other": table}, rows=1, once=(number,))


def clear(table, number=0):
    return Write(CLEARS[table], {"id": number})


def tables(unit):
    return ["".join(write.statement.table for write in batch) for batch in batches(unit)]


def test_writes_of_one_row_in_tables_of_their_own_go_together():
    assert tables([save("a"), add("b"), add("c")]) == ["abc"]


def test_a_second_write_to_a_table_comes_after_the_first():
    assert tables([add("a"), add("b"), save("a"), add("c")]) == ["ab", "ac"]


def test_a_write_of_many_rows_stands_alone():
    assert tables([add("a"), clear("b"), add("c"), add("d")]) == ["a", "b", "cd"]


def test_a_write_that_reads_another_table_comes_after_the_one_to_it():
    copied = Statement("insert into b (id, other) select id, other from a where id = :id")
    assert tables([add("a"), Write(copied, {"id": 1}, what="b")]) == ["a", "b"]


def test_writes_of_two_pools_stay_apart():
    add_to = Statement("insert into d (pool, id) values (:pool, :id)")
    there, here = (Write(add_to, {"pool": pool, "id": 1}, what="d") for pool in ("there", "here"))
    save_here = Write(
        Statement("update a set other = 1 where pool = :pool"), {"pool": "here"}, rows=1, once=("here",)
    )
    assert tables([here, save_here]) == ["da"]
    assert tables([there, save_here]) == ["d", "a"]


def test_a_statement_alone_is_itself():
    [batch] = batches([clear("a", 7)])

    assert text_of(batch) == "delete from a where id = $1"
    assert arguments_of(batch) == [7]


def test_arguments_are_numbered_through():
    [batch] = batches([save("a", 1), add("b", 2)])

    assert "update a set other = $1 where id = $2 returning 1" in text_of(batch)
    assert "insert into b (id, other) values ($3, $4) returning 1" in text_of(batch)
    assert arguments_of(batch) == ["a", 1, 2, "b"]


@given(
    st.lists(
        st.builds(
            lambda make, table: make(table), st.sampled_from([add, save, clear]), st.sampled_from("abcd")
        )
    )
)
def test_no_write_is_lost_and_none_changes_its_place(unit):
    made = batches(unit)

    assert [write for batch in made for write in batch] == unit
    for batch in made:
        assert len({write.statement.table for write in batch}) == len(batch) >= 1
