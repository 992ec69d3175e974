"""Pagination tokens: whole lists in pieces, and nothing else."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskengine import api
from riskengine.base.clock import HOUR
from riskengine.credentials.seal import Sealer
from riskengine.operations import paging
from riskengine.operations.call import Call

SERVICES = SimpleNamespace(sealer=Sealer(bytes(32)))


def a_call(operation="ListUsers", now=0):
    return Call(operation, now, "request", None, (), SERVICES)


def a_page(token=None, call=None, scope=("pool", "filter"), items="abcd"):
    cut = paging.cut(call or a_call(), token, 2, *scope)
    found = [item for item in items if item > cut.after][: cut.fetch]
    return cut.page(found, lambda item: item)


@given(st.lists(st.text(min_size=1), unique=True), st.integers(1, 60))
def test_pages_put_together_are_the_list(items, size):
    items.sort()
    seen, token = [], None
    while True:
        cut = paging.cut(a_call(), token, size)
        page = cut.page([item for item in items if item > cut.after][: cut.fetch], lambda item: item)
        assert len(page.items) <= size
        seen += page.items
        token = page.next_token
        if token is None:
            break

    assert seen == items


@pytest.mark.parametrize("limit", [None, 0])
def test_no_limit_is_sixty(limit):
    assert paging.cut(a_call(), None, limit).size == 60


def test_the_last_page_has_no_token():
    token = a_page().next_token

    assert token is not None
    assert a_page(token).next_token is None


@pytest.mark.parametrize(
    "change",
    [
        {"scope": ("pool", "other filter")},
        {"scope": ("other pool", "filter")},
        {"scope": ("poolfilter",)},
        {"call": a_call("ListGroups")},
    ],
)
def test_a_token_belongs_to_its_list(change):
    token = a_page().next_token

    with pytest.raises(api.errors.InvalidParameterException, match="Invalid pagination token"):
        a_page(token, **change)


def test_a_token_lives_an_hour():
    token = a_page().next_token

    assert a_page(token, a_call(now=HOUR - 1)).items == ["c", "d"]
    with pytest.raises(api.errors.InvalidParameterException, match="expired"):
        a_page(token, a_call(now=HOUR))


@given(st.text())
def test_made_up_tokens_are_refused(text):
    with pytest.raises(api.errors.InvalidParameterException, match="Invalid pagination token"):
        a_page(text)
