"""User attributes against a schema, as pure functions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from riskengine import api
from riskengine.entities import Client, Pool
from riskengine.flows import attributes
from riskengine.operations import pool_schema

Refusal = api.errors.InvalidParameterException


def a_pool(*schema):
    description = api.UserPoolType(schema_attributes=pool_schema.complete(list(schema)))
    return Pool(id="us-east-1_x", created=0, modified=0, description=description)


def a_client(**settings):
    description = api.UserPoolClientType(**settings)
    return Client(pool="us-east-1_x", id="c", created=0, modified=0, description=description)


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "name",
                "email",
                "email_verified",
                "phone_number",
                "birthdate",
                "updated_at",
                "custom:x",
                "sub",
                "?",
            ]
        ),
        st.text() | st.sampled_from(["a@b.c", "true", "+123", "2000-01-01", "7", "1e9", "NaN", "Infinity"]),
    )
)
def test_any_attributes_are_stored_or_refused(given_attributes):
    try:
        stored = attributes.first(a_pool(), given_attributes)
    except Refusal:
        return
    assert all(stored.values())
    assert stored.keys() <= given_attributes.keys() | {"email_verified", "phone_number_verified"}


@given(st.text(max_size=3000))
def test_no_stored_value_is_longer_than_the_limit(value):
    try:
        stored = attributes.first(a_pool(), {"name": value})
    except Refusal:
        return
    assert len(stored.get("name", "").encode("utf-8", "surrogatepass")) <= attributes.LONGEST_VALUE


def test_every_fault_is_named():
    with pytest.raises(Refusal) as caught:
        attributes.first(a_pool(), {"custom:x": "1", "birthdate": "2000-01-012"})

    assert caught.value.message == (
        "Attributes did not conform to the schema: "
        "custom:x: Attribute does not exist in the schema.\n"
        "birthdate: String must be no longer than 10 characters."
    )


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("Number", "-12.5", "12,5"),
        ("Boolean", "TRUE", "1"),
        ("DateTime", "2024-02-29T10:00:00Z", "2023-02-29"),
        ("DateTime", "1700000000", "yesterday"),
    ],
)
def test_custom_attributes_hold_their_type(kind, good, bad):
    pool = a_pool(api.SchemaAttributeType(name="x", attribute_data_type=kind))

    attributes.require_valid(pool, {"custom:x": good})
    with pytest.raises(Refusal):
        attributes.require_valid(pool, {"custom:x": bad})


def test_number_limits_hold():
    limits = api.NumberAttributeConstraintsType(min_value="-1", max_value="1")
    pool = a_pool(
        api.SchemaAttributeType(name="x", attribute_data_type="Number", number_attribute_constraints=limits)
    )

    for value in ("-1", "0.5", "1"):
        attributes.require_valid(pool, {"custom:x": value})
    for value in ("-1.1", "2"):
        with pytest.raises(Refusal):
            attributes.require_valid(pool, {"custom:x": value})


def test_a_changed_address_loses_its_verification_and_a_kept_one_does_not():
    before = {"email": "a@b.c", "email_verified": "true"}

    assert attributes.changed(a_pool(), before, {"email": "x@b.c"})["email_verified"] == "false"
    assert attributes.changed(a_pool(), before, {"email": "a@b.c"}) == before
    assert attributes.changed(a_pool(), before, {"email": ""}) == {}


def test_missing_required_attributes_are_named_in_order_without_sub():
    pool = a_pool(
        api.SchemaAttributeType(name="given_name", required=True),
        api.SchemaAttributeType(name="email", required=True),
    )

    assert attributes.missing_required(pool, {}) == ["given_name", "email"]
    assert attributes.missing_required(pool, {"email": "a@b.c", "given_name": ""}) == ["given_name"]


@pytest.mark.parametrize("name", ["sub", "email_verified", "phone_number_verified", "dev:custom:x"])
def test_no_client_writes_what_only_operators_may(name):
    for client in (a_client(), a_client(write_attributes=[name])):
        with pytest.raises(api.errors.NotAuthorizedException):
            attributes.require_writable(client, [name])


def test_a_client_without_lists_reads_and_writes_everything_else():
    client = a_client()

    attributes.require_writable(client, ["email", "custom:x"])
    assert attributes.readable(client, {"email": "a@b.c"}) == {"email": "a@b.c"}
    assert (
        attributes.readable(
            replace(client, description=api.UserPoolClientType(read_attributes=["name"])), {"email": "a"}
        )
        == {}
    )
