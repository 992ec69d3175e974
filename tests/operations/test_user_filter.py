"""The filter of ListUsers as a parser."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine import api
from riskengine.operations.user_filter import SEARCHABLE, parse
from riskengine.storage.interface import UserFilter
from riskengine.storage.statements.users import SEARCHES


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@given(
    st.sampled_from(SEARCHABLE),
    st.booleans(),
    st.text(st.characters(codec="utf-8")),
    st.text(" \t", max_size=3),
)
def test_any_value_survives_quoting(attribute, is_prefix, value, space):
    operator = "^=" if is_prefix else "="

    text = f"{space}{attribute}{space}{operator}{space}{quoted(value)}{space}"

    assert parse(text) == UserFilter(attribute, value, is_prefix)


@given(st.text())
def test_any_text_is_a_term_or_a_typed_refusal(text):
    try:
        term = parse(text)
    except api.errors.InvalidParameterException:
        return
    assert term is None or term.attribute in SEARCHABLE


@pytest.mark.parametrize("text", [None, "", "  "])
def test_empty_filter_has_no_term(text):
    assert parse(text) is None


@pytest.mark.parametrize("text", ['="x"', 'email == "x"', "email='x'", 'email="x""y"', 'email="x\\"'])
def test_only_the_grammar_is_a_filter(text):
    with pytest.raises(api.errors.InvalidParameterException, match="Error while parsing filter"):
        parse(text)


def test_store_can_search_what_the_filter_allows():
    assert set(SEARCHABLE) == set(SEARCHES)
